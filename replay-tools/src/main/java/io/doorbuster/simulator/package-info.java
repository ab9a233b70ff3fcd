/**
 * One process of the product on one thread, with a clock, a disk and a network that are simulated and go wrong at seeded
 * moments: the same seed is the same run.
 */
@NullMarked
package io.doorbuster.simulator;

import org.jspecify.annotations.NullMarked;
