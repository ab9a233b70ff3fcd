/** The item embedding: how a session becomes a vector. */
@NullMarked
package io.doorbuster.engine.embedding;

import org.jspecify.annotations.NullMarked;
