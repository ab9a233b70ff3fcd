/** The deterministic state machine: one record in, state changed, one reply out. */
@NullMarked
package io.doorbuster.engine;

import org.jspecify.annotations.NullMarked;
