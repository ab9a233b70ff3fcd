/** The demo's flash sale: what happens in it, playing it through real sockets, and a naive check of what came back. */
@NullMarked
package io.doorbuster.demo;

import org.jspecify.annotations.NullMarked;
