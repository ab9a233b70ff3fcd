/** The durable order of everything that happened; the only door to Chronicle Queue. */
@NullMarked
package io.doorbuster.journal;

import org.jspecify.annotations.NullMarked;
