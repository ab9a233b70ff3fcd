/** What the stages hand to each other while one record is decided. */
@NullMarked
package io.doorbuster.engine.decision;

import org.jspecify.annotations.NullMarked;
