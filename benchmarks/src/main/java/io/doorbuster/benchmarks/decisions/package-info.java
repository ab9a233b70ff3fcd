/** What deciding costs inside the engine, by the size of the shop. */
@NullMarked
package io.doorbuster.benchmarks.decisions;

import org.jspecify.annotations.NullMarked;
