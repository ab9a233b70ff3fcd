/** The performance gate: many short forks, each beside a reference kernel, compared with a baseline; and the exact gates. */
@NullMarked
package io.doorbuster.benchmarks.gate;

import org.jspecify.annotations.NullMarked;
