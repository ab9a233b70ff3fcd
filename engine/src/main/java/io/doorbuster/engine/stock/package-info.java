/** Counts units: on hand, reserved, sold. Never promises one twice. */
@NullMarked
package io.doorbuster.engine.stock;

import org.jspecify.annotations.NullMarked;
