/** Images of the state at a journal position, written in the background and read at the next start. */
@NullMarked
package io.doorbuster.engine.checkpoint;

import org.jspecify.annotations.NullMarked;
