/** Turns facts into what is known of items and shoppers: attributes, counts, popularity, histories, neighbours. */
@NullMarked
package io.doorbuster.engine.feature;

import org.jspecify.annotations.NullMarked;
