/** Logs of shops: files in, what happened in the shop out, and each row accounted for. */
@NullMarked
package io.doorbuster.intake;

import org.jspecify.annotations.NullMarked;
