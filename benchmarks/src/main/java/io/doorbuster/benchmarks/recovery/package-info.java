/** How long a start takes, and what checkpoints cost the engine, beside plain reads of the same files. */
@NullMarked
package io.doorbuster.benchmarks.recovery;

import org.jspecify.annotations.NullMarked;
