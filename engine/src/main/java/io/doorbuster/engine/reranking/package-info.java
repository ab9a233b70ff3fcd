/** Orders candidates into a slate. */
@NullMarked
package io.doorbuster.engine.reranking;

import org.jspecify.annotations.NullMarked;
