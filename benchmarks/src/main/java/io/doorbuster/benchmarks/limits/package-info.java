/** What the machine is, and what it can do at most: the yardsticks that kernels are compared with in the same run. */
@NullMarked
package io.doorbuster.benchmarks.limits;

import org.jspecify.annotations.NullMarked;
