/** All state, in pages off the heap with a hash that is kept up at every write; the only door to Chronicle Map. */
@NullMarked
package io.doorbuster.engine.store;

import org.jspecify.annotations.NullMarked;
