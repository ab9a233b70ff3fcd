package io.doorbuster.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A harness that is run a few times in the build, and as often as asked for as a campaign, which adds a row to the ledger
 * when it ends.
 *
 * <pre>
 *   -Ddoorbuster.HARNESS=COUNT     how many runs; makes it a campaign
 *   -Ddoorbuster.seed=SEED         1 unless given
 *   -Ddoorbuster.ledger=FILE       the CSV file to add to: date,commit,harness,seed,count,failures
 * </pre>
 */
final class Campaign {
    private static final long SEED = Long.getLong("doorbuster.seed", 1);

    private final String harness;
    private final @Nullable Integer asked;
    private final int count;
    private final String commit;

    private Campaign(String harness, int shortCount) throws IOException {
        this.harness = harness;
        asked = Integer.getInteger("doorbuster." + harness);
        count = asked == null ? shortCount : asked;
        commit = asked == null ? "" : commit(); // Now: the next one may be checked out meanwhile.
    }

    /** One of the runs of a harness. */
    interface Run {
        /**
         * Does it once.
         *
         * @param index 0, 1, 2, ...
         * @param random of the campaign.
         */
        void run(int index, SplittableRandom random) throws IOException, InterruptedException;
    }

    /** Something at the end, over all runs. */
    interface Check {
        void check() throws IOException, InterruptedException;
    }

    /** Runs a harness, then checks what all runs have left; stops at the first failure and names it. */
    static void run(String harness, int shortCount, Run run, Check atEnd) throws IOException {
        new Campaign(harness, shortCount).run(run, atEnd);
    }

    private void run(Run run, Check atEnd) throws IOException {
        final SplittableRandom random = new SplittableRandom(SEED);
        int index = 0;
        try {
            while (index < count) {
                run.run(index, random);
                index++;
            }
            atEnd.check();
        } catch (IOException | RuntimeException | AssertionError e) {
            addToLedger(Math.min(index + 1, count), 1);
            throw new AssertionError(harness + ", run " + index + ", seed " + SEED + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(harness + " was interrupted in run " + index, e);
        }
        addToLedger(count, 0);
    }

    private void addToLedger(int done, int failures) throws IOException {
        final String ledger = System.getProperty("doorbuster.ledger");
        if (asked == null || ledger == null) {
            return;
        }
        final String row =
                "%s,%s,%s,%d,%d,%d%n".formatted(LocalDate.now(ZoneOffset.UTC), commit, harness, SEED, done, failures);
        Files.writeString(Path.of(ledger), row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String commit() throws IOException {
        final Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=7")
                .directory(Path.of(System.getProperty("doorbuster.root")).toFile())
                .start();
        return new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
