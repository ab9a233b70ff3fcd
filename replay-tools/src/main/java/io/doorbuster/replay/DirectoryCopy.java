package io.doorbuster.replay;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.Recovery;
import io.doorbuster.gateway.StateDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Makes a new data directory from another one's journal up to a position, then recovers it as a start would: what is there in
 * the end has been checked against the hashes on record. Works beside a process that serves the other one. One thread.
 */
public final class DirectoryCopy {
    /**
     * What was made.
     *
     * @param position last position of the copy.
     * @param checkpoint position of the checkpoint that the recovery began with; 0 = the journal's first record.
     * @param stateHash after the last event.
     * @param replyHash of all replies up to it.
     */
    public record Copied(long position, long checkpoint, long stateHash, long replyHash) {}

    private final Path source;
    private final Path target;

    /**
     * Prepares a copy.
     *
     * @param target missing or empty.
     * @throws IOException when the source is no data directory, or the target not empty.
     */
    public DirectoryCopy(Path source, Path target) throws IOException {
        DataDirectory.check(source);
        refuseInside(source, target);
        if (Files.exists(target)) {
            if (!Files.isDirectory(target)) {
                throw new IOException(target + " is a file: choose a new directory");
            }
            DataDirectory.refuseUnfinished(target);
            try (Stream<Path> files = Files.list(target)) {
                if (files.findAny().isPresent()) {
                    throw new IOException(target + " is not empty: choose a new directory");
                }
            }
        }
        this.source = source;
        this.target = target;
    }

    /**
     * Copies journal and newest checkpoint, and recovers the copy.
     *
     * @param until last position; what is there when it is beyond the journal's end.
     * @param withIdentities whether to copy who shoppers are, as of now: whoever was erased stays erased.
     */
    public Copied copy(long until, boolean withIdentities, Progress progress) throws IOException {
        try (DataDirectory made = DataDirectory.openUnfinished(target)) {
            try {
                copyJournal(until, progress);
                copyModels(source, target);
                if (withIdentities) {
                    copyIdentities(source, target);
                }
                final Copied copied = recover(made.path(), progress);
                made.finish();
                return copied;
            } catch (IOException | RuntimeException e) {
                discard();
                throw e;
            }
        }
    }

    /** A directory that is copied is not written to. */
    static void refuseInside(Path source, Path target) throws IOException {
        final Path from = source.toRealPath();
        Path existing = target.toAbsolutePath().normalize();
        while (!Files.exists(existing)) {
            existing = Objects.requireNonNull(existing.getParent());
        }
        if (existing.toRealPath().startsWith(from)) {
            throw new IOException(target + " lies in " + source + ", or is it: choose a new directory");
        }
    }

    /** Journal, and a checkpoint of it. The caller has opened the target. */
    void copyJournal(long until, Progress progress) throws IOException {
        final long last =
                new JournalCopy(DataDirectory.journal(source), DataDirectory.journal(target)).copy(until, progress);
        if (until != Long.MAX_VALUE && last < until) {
            throw new IOException("the journal ends at position " + last + ": give that or less");
        }
        copyCheckpoint(until);
    }

    /** Behind the journal, so that every shopper there is known; on the disk before the copy counts. */
    static void copyIdentities(Path source, Path target) throws IOException {
        final Path from = DataDirectory.identities(source);
        if (Files.isDirectory(from)) {
            final Path to = Files.createDirectories(DataDirectory.identities(target));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
                for (final Path file : files) {
                    final Path copy = to.resolve(file.getFileName());
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
                    try (FileChannel written = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                        written.force(true);
                    }
                }
            }
        }
    }

    /** Half a copy must not be taken for a shop. The caller has it open. */
    void discard() throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        try (Stream<Path> files = Files.walk(target)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** All that lie there, since the journal names them; each is checked. */
    static void copyModels(Path source, Path target) throws IOException {
        final Path models = DataDirectory.models(source);
        if (!Files.isDirectory(models)) {
            return;
        }
        final Path to = Files.createDirectories(DataDirectory.models(target));
        try (Stream<Path> files = Files.list(models)) {
            for (final Path file : files.filter(ModelShelf::isModel).sorted().toList()) {
                final ModelDirectory.Entry entry = ModelDirectory.read(file);
                final ModelFile model = entry.file();
                if (model == null) {
                    throw new IOException(file + " is " + entry.problem() + ". Publish the model again, or put its file"
                            + " back from a backup; delete it only if it was never activated, not even as a shadow");
                }
                model.write(ModelShelf.file(to, model.hash()));
            }
        }
    }

    /** A checkpoint may vanish while it is copied, when the process that serves the source has taken a newer one. */
    private void copyCheckpoint(long until) throws IOException {
        final CheckpointDirectory from = new CheckpointDirectory(DataDirectory.checkpoints(source));
        final CheckpointDirectory to = new CheckpointDirectory(DataDirectory.checkpoints(target));
        final List<Long> positions = from.positions();
        for (final long position : positions) {
            if (position <= until && from.copyTo(to, position)) {
                return;
            }
        }
    }

    private static Copied recover(Path directory, Progress progress) throws IOException {
        try (StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path(), new ModelShelf(DataDirectory.models(directory)));
                Recovery recovery = new Recovery(directory, engine)) {
            while (recovery.poll() > 0) {
                progress.onReplayed(recovery.position());
            }
            takeCheckpoint(directory, engine, recovery);
            final long begin = recovery.restored() == null
                    ? 0
                    : recovery.restored().checkpoint().position();
            return new Copied(engine.position(), begin, engine.stateHash(), engine.replyHash());
        }
    }

    /** Of where the engine is now, in a directory whose journal has been forced; the engine has been recovered from it. */
    static void takeCheckpoint(Path directory, Engine engine, Recovery recovery) throws IOException {
        try (Checkpointer checkpointer = Checkpointer.start(
                new CheckpointDirectory(DataDirectory.checkpoints(directory)),
                engine.stores(),
                recovery.restored(),
                0,
                position -> {})) {
            if (!checkpointer.finish(engine.position(), engine.recordCrc(), engine.replyHash())) {
                throw new IOException("no checkpoint could be taken of the copy: " + checkpointer.problem());
            }
        }
    }
}
