/** Scores candidates. */
@NullMarked
package io.doorbuster.engine.ranking;

import org.jspecify.annotations.NullMarked;
