/** Carries records from the gateway through journal and engine to the reply; the only door to the Disruptor. */
@NullMarked
package io.doorbuster.engine.ring;

import org.jspecify.annotations.NullMarked;
