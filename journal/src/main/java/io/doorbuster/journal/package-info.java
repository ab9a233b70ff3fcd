/** journal. */
@NullMarked
package io.doorbuster.journal;

import org.jspecify.annotations.NullMarked;
