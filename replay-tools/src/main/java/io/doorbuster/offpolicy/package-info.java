/**
 * What another policy would have earned, from a log of one that chose by chance: inverse propensity score (IPS),
 * self-normalised (SNIPS) and doubly robust (DR) estimates with intervals, or that the log does not tell.
 */
@NullMarked
package io.doorbuster.offpolicy;

import org.jspecify.annotations.NullMarked;
