/** How messages are framed on the wire. */
@NullMarked
package io.doorbuster.gateway.frame;

import org.jspecify.annotations.NullMarked;
