/**
 * Training sets and models from a journal: lessons as the live ranker takes them, a trainer whose result is the same bytes for
 * the same journal and seed, and the model file that it writes.
 */
@NullMarked
package io.doorbuster.training;

import org.jspecify.annotations.NullMarked;
