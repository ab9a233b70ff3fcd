/** Wire messages to journal records, every field checked on the way. */
@NullMarked
package io.doorbuster.gateway.wire;

import org.jspecify.annotations.NullMarked;
