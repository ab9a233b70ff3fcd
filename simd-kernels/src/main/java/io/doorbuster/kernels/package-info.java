/** Arithmetic over spans of off-heap memory, with the same bits on every CPU. */
@NullMarked
package io.doorbuster.kernels;

import org.jspecify.annotations.NullMarked;
