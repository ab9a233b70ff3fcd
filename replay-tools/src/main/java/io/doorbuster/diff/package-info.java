/**
 * What a shop's past would have been under other settings or another model: two engines over one journal, in lock step.
 * What is computed stands apart from what is estimated.
 */
@NullMarked
package io.doorbuster.diff;

import org.jspecify.annotations.NullMarked;
