package io.doorbuster.replay;

import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.journal.ForcedMark;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalRemains;
import io.doorbuster.journal.JournalTailer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Makes a journal that can be read again of one that is damaged: a copy that ends before the damage. The damaged one is kept
 * beside it. One thread.
 */
public final class JournalRepair {
    private static final int POLL_EXCERPTS = 64;

    /**
     * What was done.
     *
     * @param position last position of the journal now.
     * @param lost records that could still be read behind the damage, and are not in the journal any more.
     * @param kept where the damaged journal is; null = nothing was damaged.
     */
    public record Repaired(
            long position, long lost, @Nullable Path kept) {}

    private JournalRepair() {}

    /**
     * Cuts what cannot be read at the end.
     *
     * @param loseUpTo position up to which whole records behind the damage may be lost; 0 = none.
     * @throws IOException when somebody uses the directory, or more would be lost than was allowed; nothing has changed then.
     */
    public static Repaired cutTail(Path dataDirectory, long loseUpTo, Progress progress) throws IOException {
        DataDirectory.check(dataDirectory);
        try (DataDirectory data = DataDirectory.open(dataDirectory)) {
            final Path journal = DataDirectory.journal(data.path());
            final long good = lastGood(journal, progress);
            if (good < 0) {
                return new Repaired(-good - 1, 0, null);
            }
            final JournalRemains remains = JournalRemains.behind(journal, good);
            final long proven = Math.max(newestCheckpoint(data.path()), ForcedMark.read(journal));
            final long known = Math.max(remains.last(), proven);
            if (known > good && known > loseUpTo) {
                throw new IOException("behind the damage, which follows position " + good + ", lie " + remains.count()
                        + " whole records, and events up to position " + known + " were known: restore a backup; or, to"
                        + " lose them, add --lose-up-to " + known);
            }
            return replace(data.path(), good, remains.count(), progress);
        }
    }

    /** The last position before the damage; when there is no damage, the last one of all as -1 - position. */
    private static long lastGood(Path journal, Progress progress) {
        try (JournalTailer tailer =
                JournalTailer.open(journal)) { // When it cannot even be opened, cutting is no answer.
            return lastGood(tailer, progress);
        }
    }

    private static long lastGood(JournalTailer tailer, Progress progress) {
        try {
            while (tailer.poll((buffer, offset, length) -> {}, POLL_EXCERPTS) > 0) {
                progress.onReplayed(tailer.lastPosition());
            }
            return -1 - tailer.lastPosition();
        } catch (JournalCorruptException e) {
            return e.positionBefore();
        }
    }

    private static long newestCheckpoint(Path data) throws IOException {
        return new CheckpointDirectory(DataDirectory.checkpoints(data))
                .positions().stream().findFirst().orElse(0L);
    }

    /** Makes the copy, then changes names: at any moment one of both is whole. */
    private static Repaired replace(Path data, long good, long lost, Progress progress) throws IOException {
        final Path journal = DataDirectory.journal(data);
        final Path repaired = data.resolve("journal.repaired");
        if (Files.exists(repaired)) {
            throw new IOException(repaired + " is there already, from a repair that did not end: move it away");
        }
        new JournalCopy(journal, repaired).copy(good, progress);
        int number = 1;
        while (Files.exists(data.resolve("journal.damaged-" + number))) {
            number++;
        }
        if (newestCheckpoint(data) > good) {
            Files.move(DataDirectory.checkpoints(data), data.resolve("checkpoints.damaged-" + number));
        }
        final Path kept = data.resolve("journal.damaged-" + number);
        Files.move(journal, kept);
        Files.move(repaired, journal);
        return new Repaired(good, lost, kept);
    }
}
