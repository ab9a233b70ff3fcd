package io.doorbuster.gateway;

import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.journal.JournalLock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory of our own, locked.
 *
 * <pre>
 *   FORMAT       says that the directory is ours, and its version
 *   lock         held by the process that writes
 *   journal/     Chronicle Queue
 *   models/      released models, each named by the hash of its bytes; the journal names them
 *   checkpoints/ images of the state; derived, they shorten a start
 *   identities/  who a shopper is; not part of the journal's backups
 *   token        what clients must know
 *   rewound      in one that a rewind made: what it left out, and how far it came
 *   unfinished   while a copy or a rewind is made
 *   state/       the stores, where no memory-backed place has room; derived
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    private static final String FORMAT = "doorbuster data 1\n";
    private static final String FORMAT_FILE = "FORMAT";
    private static final String UNFINISHED = "unfinished";
    private static final String FORMAT_DRAFT = "FORMAT.draft";

    /** What may lie there before the directory is ours: a token laid down for us, and what a killed start left. */
    private static final Set<String> OWN_FILES = Set.of("token", "token.draft", "lock", FORMAT_DRAFT);

    private final Path path;
    private final JournalLock lock;

    private DataDirectory(Path path, JournalLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Opens a directory for one writer; an empty or missing one becomes ours.
     *
     * @throws IOException when it is not ours, cannot be written, or is in use.
     */
    public static DataDirectory open(Path path) throws IOException {
        try {
            Files.createDirectories(path);
            if (!Files.isWritable(path)) {
                throw new IOException("no permission to write");
            }
        } catch (IOException e) {
            throw new IOException(
                    "cannot use " + path + " as data directory (" + e.getMessage()
                            + "): choose a directory that this user may write",
                    e);
        }
        if (!Files.exists(path.resolve(FORMAT_FILE))) {
            refuseForeign(path);
        }
        final JournalLock lock = JournalLock.acquire(path.resolve("lock"));
        try {
            claim(path);
            check(path);
            refuseLostJournal(path);
            return new DataDirectory(path, lock);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Between two names of a repair there is no journal, nor where a disk is not mounted: a new one must not be begun then.
     */
    private static void refuseLostJournal(Path path) throws IOException {
        if (Files.exists(journal(path))) {
            return;
        }
        final Path shoppers = IdentityStore.file(identities(path));
        if (Files.exists(shoppers) && Files.size(shoppers) > 0) {
            throw new IOException(path + " knows shoppers, and has no journal: put " + journal(path)
                    + " back, or restore a backup; for a new shop choose a new directory");
        }
        try (Stream<Path> entries = Files.list(path)) {
            final @Nullable Path kept = entries.filter(
                            entry -> entry.getFileName().toString().startsWith("journal."))
                    .findAny()
                    .orElse(null);
            if (kept != null) {
                throw new IOException(path + " has no journal, but " + kept.getFileName()
                        + ": a repair did not end; move " + path.resolve("journal.repaired") + " to " + journal(path));
            }
        }
    }

    /**
     * Opens an empty or missing directory that is to become a copy. Until {@link #finish} nobody takes it for a shop.
     *
     * @throws IOException when something lies there, or it is in use; it is as it was then.
     */
    public static DataDirectory openUnfinished(Path path) throws IOException {
        Files.createDirectories(path);
        final JournalLock lock = JournalLock.acquire(path.resolve("lock"));
        try {
            try (Stream<Path> entries = Files.list(path)) {
                if (entries.anyMatch(entry -> !entry.getFileName().toString().equals("lock"))) {
                    throw new IOException(path + " is not empty: choose a new directory");
                }
            }
            Files.createFile(path.resolve(UNFINISHED));
            claim(path);
            return new DataDirectory(path, lock);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /** From now on it is not whole, as before {@link #finish}. */
    public void unfinish() throws IOException {
        Files.writeString(path.resolve(UNFINISHED), "");
        forceNames();
    }

    /** The copy is whole, and found again after a power cut. */
    public void finish() throws IOException {
        forceNames();
        Files.delete(path.resolve(UNFINISHED));
        forceNames();
    }

    /** Throws when a copy or a rewind was not ended. */
    public static void refuseUnfinished(Path path) throws IOException {
        if (Files.exists(path.resolve(UNFINISHED))) {
            throw new IOException(
                    path + " is what a copy or a rewind left that did not end: delete it, and make it again");
        }
    }

    /** Opens a directory that is ours, unless another process has it: then null. */
    static @Nullable DataDirectory tryOpen(Path path) throws IOException {
        check(path);
        final JournalLock lock = JournalLock.tryAcquire(path.resolve("lock"));
        return lock == null ? null : new DataDirectory(path, lock);
    }

    private static void refuseForeign(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            final @Nullable Path foreign = entries.filter(
                            entry -> !OWN_FILES.contains(entry.getFileName().toString()))
                    .findAny()
                    .orElse(null);
            if (foreign != null) {
                throw new IOException(path + " is not empty and no data directory of doorbuster (it holds "
                        + foreign.getFileName() + "): choose an empty or a new directory");
            }
        }
    }

    /** Makes the directory ours, in one step that neither a kill nor a power cut can leave half done. The lock is held. */
    private static void claim(Path path) throws IOException {
        final Path format = path.resolve(FORMAT_FILE);
        if (!Files.exists(format)) {
            final Path draft = path.resolve(FORMAT_DRAFT);
            Files.writeString(
                    draft,
                    FORMAT,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            Files.move(draft, format, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Makes sure that what lies in the directory by now, and the directory itself, is found again after a power cut. */
    public void forceNames() throws IOException {
        final Path absolute = path.toAbsolutePath();
        forceNames(absolute);
        forceNames(Objects.requireNonNullElse(absolute.getParent(), absolute));
    }

    private static void forceNames(Path directory) throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /** Throws unless the directory is one of ours. */
    public static void check(Path path) throws IOException {
        refuseUnfinished(path);
        final Path format = path.resolve(FORMAT_FILE);
        if (!Files.exists(format)) {
            throw new IOException(path + " is no data directory of doorbuster: give the directory that serve, import or"
                    + " demo was given");
        }
        if (!Files.readString(format).equals(FORMAT)) {
            throw new IOException(
                    path + " has the format '" + Files.readString(format).strip() + "', this release reads '"
                            + FORMAT.strip() + "': use the release that wrote it");
        }
    }

    /** Where the journal of a data directory lies. */
    public static Path journal(Path dataDirectory) {
        return dataDirectory.resolve("journal");
    }

    /** Where the checkpoints of a data directory lie. */
    public static Path checkpoints(Path dataDirectory) {
        return dataDirectory.resolve("checkpoints");
    }

    /** Where the models lie that the journal of a data directory names. */
    public static Path models(Path dataDirectory) {
        return dataDirectory.resolve("models");
    }

    /** Where the identities of a data directory lie. */
    public static Path identities(Path dataDirectory) {
        return dataDirectory.resolve("identities");
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() {
        lock.close();
    }
}
