/** The Java client: one call, one answer, or many in flight. */
@NullMarked
package io.doorbuster.client;

import org.jspecify.annotations.NullMarked;
