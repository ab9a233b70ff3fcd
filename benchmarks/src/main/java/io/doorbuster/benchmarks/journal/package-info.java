/** What the journal costs beside a bare queue and a bare disk. */
@NullMarked
package io.doorbuster.benchmarks.journal;

import org.jspecify.annotations.NullMarked;
