/** What one kernel call costs, in the caches and from memory. */
@NullMarked
package io.doorbuster.benchmarks.kernels;

import org.jspecify.annotations.NullMarked;
