/** Turns feedback into changes of vectors, the moment it is applied. */
@NullMarked
package io.doorbuster.engine.learning;

import org.jspecify.annotations.NullMarked;
