/** Writes replies. */
@NullMarked
package io.doorbuster.engine.response;

import org.jspecify.annotations.NullMarked;
