/** What does a round trip through the gateway cost, beside the same bytes through a bare echo. */
@NullMarked
package io.doorbuster.benchmarks.gateway;

import org.jspecify.annotations.NullMarked;
