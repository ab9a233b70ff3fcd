/**
 * Our kernels beside those of others, in one run: {@code dot} (Lucene, jvector, scalar Java), {@code rank} (ONNX Runtime) and
 * {@code topk} (graphs of jvector, Lucene and hnswlib).
 *
 * <p>{@link io.doorbuster.benchmarks.rivals.RivalsMain} starts JVMs that each set up one {@code Contest} and let its
 * contenders alternate in blocks; it folds what they print into ratios with intervals.
 */
@NullMarked
package io.doorbuster.benchmarks.rivals;

import org.jspecify.annotations.NullMarked;
