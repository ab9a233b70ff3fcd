/** gateway. */
@NullMarked
package io.doorbuster.gateway;

import org.jspecify.annotations.NullMarked;
