package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.replay.Hashes;
import io.doorbuster.replay.Rewind;
import io.doorbuster.replay.Rewind.Recorded;
import io.doorbuster.replay.Rewind.Rewound;
import io.doorbuster.replay.RewindChoice;
import io.doorbuster.replay.RewindChoice.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the shop that never saw some of its events. */
@Command(
        name = "rewind",
        mixinStandardHelpOptions = true,
        description = {
            "Make a new data directory in which the behaviour of a source, of a shopper or of a span of time has taught nobody",
            "anything: searched, viewed, clicked, carted, impression shown. With --source and --shopper what is of either is left",
            "out; a span bounds both. The old one, which may be served meanwhile, stays as it is: the record of what was really",
            "shown. Positions, sequences of sources, stock, catalogue and settings are the old ones; replies in the new history",
            "are those that the engine would have given. Purchases stay whole, unless --purchases is given. Run again with the",
            "same options, it takes over what has come since: stop the old process, run it once more, and serve the new",
            "directory. Identities are taken along; the token is not: copy it, or give serve --token-file. Exit code 1 when",
            "nothing is to be left out; no directory is left then."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster rewind --data /var/lib/shop --out /var/lib/shop-2 --source 4711",
            "  doorbuster rewind --data /var/lib/shop --out /var/lib/shop-2 --shopper ann",
            "  doorbuster rewind --data /var/lib/shop --out /var/lib/shop-2 --from 2026-11-27T09:00:00Z --to"
                    + " 2026-11-27T10:00:00Z"
        })
final class RewindCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "New directory, or one that this rewind has made before.")
    private Path target = Path.of("");

    @Option(
            names = "--source",
            paramLabel = "ID",
            description = "A source to leave out, as inspect prints it; again for more.")
    private List<String> sources = new ArrayList<>();

    @Option(
            names = "--shopper",
            paramLabel = "ID",
            description = "A shopper to leave out, by the raw id, with all ids that were linked; again for more.")
    private List<String> shoppers = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "POSITION|TIME",
            description = "First position, or journal time, to leave out (default: the first record).")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "POSITION|TIME",
            description =
                    "Last position, or journal time, to leave out (default: the journal's end, also in later runs).")
    private @Nullable String to;

    @Option(
            names = "--purchases",
            description =
                    "Leave out purchases too: units stay sold, but nothing is learned from them and they make nothing"
                            + " popular.")
    private boolean purchases;

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        final RewindChoice choice = new RewindChoice(sources(), surrogates(), span(), purchases);
        final long beginNs = System.nanoTime();
        final ProgressLine progress = new ProgressLine(report.err());
        final Rewound rewound =
                new Rewind(data.directory, target, choice).rewind(position -> progress.show("rewound", position));
        progress.clear();
        print(rewound, (System.nanoTime() - beginNs) / 1e9);
        return rewound.position() == 0 ? 1 : 0;
    }

    private SortedSet<Long> sources() {
        final SortedSet<Long> ids = new TreeSet<>();
        for (final String id : sources) {
            try {
                ids.add(Long.parseUnsignedLong(id));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "--source " + id + " is no source: give the number that inspect --position" + " prints", e);
            }
        }
        return ids;
    }

    private SortedSet<Long> surrogates() throws IOException {
        final SortedSet<Long> found = new TreeSet<>();
        if (shoppers.isEmpty()) {
            return found;
        }
        DataDirectory.check(data.directory);
        final long[] surrogates = IdentityStore.lookUp(DataDirectory.identities(data.directory), shoppers);
        for (int i = 0; i < surrogates.length; i++) {
            if (surrogates[i] == 0) {
                throw new IOException("there is no shopper " + shoppers.get(i) + " in " + data.directory
                        + ": mistyped, or erased; nothing leads to the facts of one who was erased");
            }
            found.add(surrogates[i]);
        }
        return found;
    }

    private Span span() {
        final long fromPosition = position("--from", from, Span.ALL.fromPosition());
        final long toPosition = position("--to", to, Span.ALL.toPosition());
        final long fromNs = timeNs("--from", from, Span.ALL.fromNs());
        final long toNs = timeNs("--to", to, Span.ALL.toNs());
        if (toPosition < fromPosition || toNs < fromNs) {
            throw new IllegalArgumentException(
                    "--from " + from + " --to " + to + ": the end lies before the beginning");
        }
        return new Span(fromPosition, fromNs, toPosition, toNs);
    }

    private static boolean isPosition(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,18}");
    }

    private static long position(String option, @Nullable String text, long otherwise) {
        if (text == null || !isPosition(text)) {
            return otherwise;
        }
        final long position = Long.parseLong(text);
        if (position < 1) {
            throw new IllegalArgumentException(option + " " + text + " is no position: positions begin with 1");
        }
        return position;
    }

    private static long timeNs(String option, @Nullable String text, long otherwise) {
        if (text == null || isPosition(text)) {
            return otherwise;
        }
        try {
            return Duration.between(Instant.EPOCH, Instant.parse(text)).toNanos();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    option + " " + text + " is neither a position nor a time like 2026-11-27T09:00:00Z", e);
        }
    }

    private void print(Rewound rewound, double seconds) {
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("position", rewound.position());
        node.put("leftOut", rewound.leftOut());
        final ObjectNode kinds = node.putObject("leftOutByKind");
        rewound.byKind().forEach(kinds::put);
        final ObjectNode bySource = node.putObject("leftOutBySource");
        rewound.bySource().forEach((source, count) -> bySource.put(Long.toUnsignedString(source), count));
        node.put("events", rewound.events());
        node.put("continued", rewound.isContinued());
        node.put("seconds", seconds);
        if (rewound.position() == 0) {
            report.line(
                    "nothing is to be left out: no behaviour is of these sources, shoppers and span; nothing was made");
        } else {
            report.line(
                    "%s: position %,d; %,d facts left out, %,d events put through the engine in %.2f s%s",
                    target,
                    rewound.position(),
                    rewound.leftOut(),
                    rewound.events(),
                    seconds,
                    rewound.isContinued() ? ", behind what was there" : "");
            rewound.byKind().forEach((kind, count) -> report.line("  %-16s %,10d", kind, count));
            rewound.bySource()
                    .forEach((source, count) -> report.line("  source %s: %,d", Long.toUnsignedString(source), count));
            hashes(rewound, node);
        }
        report.json(node);
    }

    private void hashes(Rewound rewound, ObjectNode node) {
        final Recorded old = rewound.old();
        if (old != null) {
            report.line(
                    "old: at position %,d state hash %s, reply hash %s",
                    old.position(), Hashes.hex(old.stateHash()), Hashes.hex(old.replyHash()));
            node.putObject("old")
                    .put("position", old.position())
                    .put("stateHash", Hashes.hex(old.stateHash()))
                    .put("replyHash", Hashes.hex(old.replyHash()));
        }
        report.line(
                "new: at position %,d state hash %s, reply hash %s",
                rewound.position(), Hashes.hex(rewound.stateHash()), Hashes.hex(rewound.replyHash()));
        node.put("stateHash", Hashes.hex(rewound.stateHash()));
        node.put("replyHash", Hashes.hex(rewound.replyHash()));
        report.line("its replies from the first of them on are those that the engine would have given, not those that"
                + " shoppers saw: compare no slates with what was shown");
    }
}
