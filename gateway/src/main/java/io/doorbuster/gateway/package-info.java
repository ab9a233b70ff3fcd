/** The process: data directory, start from the journal, threads, stop. */
@NullMarked
package io.doorbuster.gateway;

import org.jspecify.annotations.NullMarked;
