/** How good slates are: a shop's log through the engine, what happened next against what it would have shown, beside baselines. */
@NullMarked
package io.doorbuster.evaluation;

import org.jspecify.annotations.NullMarked;
