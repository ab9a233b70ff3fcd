/** The command line. */
@NullMarked
package io.doorbuster.cli;

import org.jspecify.annotations.NullMarked;
