/** The TCP server; with the client library the only place that knows sockets. */
@NullMarked
package io.doorbuster.gateway.tcp;

import org.jspecify.annotations.NullMarked;
