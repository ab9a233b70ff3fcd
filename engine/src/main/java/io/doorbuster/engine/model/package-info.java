/** Released models: their files, and what of them scores candidates. */
@NullMarked
package io.doorbuster.engine.model;

import org.jspecify.annotations.NullMarked;
