package io.doorbuster.evaluation;

import io.doorbuster.codec.Scenario;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.ShopEvent.Kind;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log made ready: what to learn from, what to ask, what to count. Nothing in it depends on what is evaluated.
 *
 * @param described items that the engine is told of before the first event.
 * @param next what shoppers did behind the log, where it is asked for event by event; empty otherwise.
 * @param cases the main ones.
 * @param newCases the same shoppers asked for items that they never had; null where that is no case of its own.
 * @param groups what cases are grouped by.
 * @param timeNs journal time of the requests.
 * @param scenario of the requests.
 * @param sendsContext whether requests hold the case's context; otherwise the engine goes by what it remembers.
 * @param target what popularity counts.
 * @param recentHalfLifeNs half-life of recent popularity; 0 = times say nothing about the order between shoppers.
 * @param ownHalfLifeNs half-life of a shopper's own frequency; 0 = plain counts.
 * @param contextDecay what an item of the context says for item-kNN beside the one behind it; 0 = the last item alone speaks.
 * @param inputs the files, each line accounted for.
 * @param notes what else the reader of the figures must know.
 */
record Task(
        Protocol protocol,
        Catalogue catalogue,
        List<Integer> described,
        EventLog log,
        EventLog next,
        Cases cases,
        @Nullable Cases newCases,
        String groups,
        long timeNs,
        Scenario scenario,
        boolean sendsContext,
        @Nullable Kind target,
        long recentHalfLifeNs,
        long ownHalfLifeNs,
        double contextDecay,
        List<Input> inputs,
        List<String> notes) {
    /** A file and what became of its lines. */
    record Input(Path file, IntakeReport lines) {}
}
