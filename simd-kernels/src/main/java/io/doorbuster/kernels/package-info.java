/** kernels. */
@NullMarked
package io.doorbuster.kernels;

import org.jspecify.annotations.NullMarked;
