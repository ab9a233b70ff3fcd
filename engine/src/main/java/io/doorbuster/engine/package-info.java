/** engine. */
@NullMarked
package io.doorbuster.engine;

import org.jspecify.annotations.NullMarked;
