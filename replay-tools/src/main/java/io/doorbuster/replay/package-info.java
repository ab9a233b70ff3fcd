/** Everything that reads a journal again: replay, comparison with what was recorded, and looking at one event. */
@NullMarked
package io.doorbuster.replay;

import org.jspecify.annotations.NullMarked;
