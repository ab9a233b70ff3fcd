/** benchmarks. */
@NullMarked
package io.doorbuster.benchmarks;

import org.jspecify.annotations.NullMarked;
