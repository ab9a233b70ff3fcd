package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/** What is compared in one JVM. One thread. */
interface Contest extends AutoCloseable {
    /** Ours first, then whatever it is compared with. */
    List<Contender> contenders();

    /** Queries that were prepared; each call takes one at random. */
    int queries();

    /** Items that one call scores. */
    int items();

    /** Adds what was found out about the results before anything is timed: differences, agreement; by contender. */
    void check(ObjectNode facts);

    @Override
    void close() throws IOException;
}
