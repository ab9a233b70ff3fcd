/** Many items to hundreds: neighbours, nearest, trending, inside the request's filters. */
@NullMarked
package io.doorbuster.engine.retrieval;

import org.jspecify.annotations.NullMarked;
