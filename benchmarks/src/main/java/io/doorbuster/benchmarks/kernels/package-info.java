/** What does one kernel call cost, scalar and SIMD, in the first-level cache and from memory. */
@NullMarked
package io.doorbuster.benchmarks.kernels;

import org.jspecify.annotations.NullMarked;
