package io.doorbuster.engine.checkpoint;

import io.doorbuster.engine.checkpoint.Checkpoint.PageFile;
import io.doorbuster.engine.store.PageStores;
import io.doorbuster.journal.JournalLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one journal.
 *
 * <pre>
 *   checkpoint-POSITION   what it says, see {@link Checkpoint}; it is there when all of it is on the disk
 *   pages-POSITION        pages written since the checkpoint before, or all
 *   *.draft               what a killed process left; deleted by the next one that writes
 *   lock                  held by the process that writes one now
 * </pre>
 */
public final class CheckpointDirectory {
    /** Checkpoints kept. */
    static final int KEPT = 2;

    private static final String MANIFEST = "checkpoint-";
    private static final String PAGES = "pages-";
    private static final String DRAFT = ".draft";

    private final Path path;

    public CheckpointDirectory(Path path) {
        this.path = path;
    }

    /** Positions of the checkpoints, the newest first. */
    public List<Long> positions() throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(MANIFEST + "[0-9]{1,18}"))
                    .map(name -> Long.valueOf(name.substring(MANIFEST.length())))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /**
     * What the checkpoint of a position says.
     *
     * @throws CheckpointDamagedException when it is not as it was written.
     */
    public Checkpoint read(long position) throws IOException {
        final Checkpoint read =
                Checkpoint.parse(new String(Files.readAllBytes(manifest(position)), StandardCharsets.UTF_8));
        if (read.position() != position) {
            throw new CheckpointDamagedException("it is that of position " + read.position());
        }
        return read;
    }

    /**
     * Puts the pages of a checkpoint into stores that were made with its settings, and checks every byte of them.
     *
     * @throws CheckpointDamagedException when a page is missing or not as it was written: the stores are to be thrown away.
     */
    public Restored load(Checkpoint checkpoint, PageStores stores) throws IOException {
        final PageHashes hashes = new PageHashes(stores);
        for (final PageFile file : checkpoint.files()) {
            try (PageFileReader reader = new PageFileReader(pages(file.position()), file, stores, hashes)) {
                reader.read();
            } catch (NoSuchFileException e) {
                throw new CheckpointDamagedException(e.getFile() + " is missing");
            }
        }
        if (hashes.sum() != checkpoint.stateHash()) {
            throw new CheckpointDamagedException("its pages have the state hash " + Long.toHexString(hashes.sum()));
        }
        stores.restored(hashes.sum());
        return new Restored(checkpoint, hashes);
    }

    /**
     * Copies a checkpoint into another directory, durably.
     *
     * @return false when it is damaged, or was deleted meanwhile by the process that takes newer ones.
     */
    public boolean copyTo(CheckpointDirectory target, long position) throws IOException {
        Files.createDirectories(target.path);
        try {
            final Checkpoint checkpoint = read(position);
            for (final PageFile file : checkpoint.files()) {
                final Path copy = target.pagesDraft(file.position());
                Files.copy(pages(file.position()), copy);
                try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                if (file.position() != position) {
                    Files.move(copy, target.pages(file.position()), StandardCopyOption.ATOMIC_MOVE);
                }
            }
            target.complete(checkpoint);
            return true;
        } catch (NoSuchFileException | CheckpointDamagedException e) {
            return false;
        }
    }

    Path manifest(long position) {
        return path.resolve(MANIFEST + position);
    }

    Path pages(long position) {
        return path.resolve(PAGES + position);
    }

    /** A page file under way. */
    Path pagesDraft(long position) {
        return path.resolve(PAGES + position + DRAFT);
    }

    /** Makes the directory, and clears away what a killed process left. The caller has the lock. */
    void prepare() throws IOException {
        Files.createDirectories(path);
        for (final Path file : list()) {
            if (file.toString().endsWith(DRAFT)) {
                Files.delete(file);
            }
        }
        force(Objects.requireNonNull(path.toAbsolutePath().getParent()));
    }

    /** Whether the page files are all there: another process that takes checkpoints here may have deleted some. */
    boolean hasAll(List<PageFile> files) {
        for (final PageFile file : files) {
            if (!Files.exists(pages(file.position()))) {
                return false;
            }
        }
        return true;
    }

    /** Only one process writes at a time; null while another one does. */
    @Nullable
    JournalLock tryLock() throws IOException {
        Files.createDirectories(path);
        return JournalLock.tryAcquire(path.resolve("lock"));
    }

    /** Throws when the disk has not so many bytes left. */
    void checkRoom(long bytes) throws IOException {
        final long room = Files.getFileStore(path).getUsableSpace();
        if (room < bytes) {
            throw new IOException("no room for a checkpoint: it may take " + (bytes >> 20)
                    + " MB with what is left to the" + " journal, and " + (room >> 20) + " MB are free");
        }
    }

    /** Deletes a draft that comes to nothing: on a full disk its room is wanted. */
    void discard(long position) {
        try {
            Files.deleteIfExists(pagesDraft(position));
        } catch (IOException e) {
            return; // Then the next process clears it away.
        }
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        }
    }

    /** Makes a checkpoint, whose page file is forced, one that counts: all of it is on the disk when its name is. */
    void complete(Checkpoint checkpoint) throws IOException {
        final long position = checkpoint.position();
        Files.move(pagesDraft(position), pages(position), StandardCopyOption.ATOMIC_MOVE);
        final Path draft = path.resolve(MANIFEST + position + DRAFT);
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            final ByteBuffer text = ByteBuffer.wrap(checkpoint.format().getBytes(StandardCharsets.UTF_8));
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        }
        force(path);
        Files.move(draft, manifest(position), StandardCopyOption.ATOMIC_MOVE);
        force(path);
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /** Deletes checkpoints but for the newest {@link #KEPT} that can be read, then the page files that none of them names. */
    void prune() throws IOException {
        final List<PageFile> named = new ArrayList<>();
        int kept = 0;
        for (final long position : positions()) {
            if (kept < KEPT) {
                try {
                    final List<PageFile> files = read(position).files();
                    named.addAll(files);
                    kept += hasAll(files) ? 1 : 0;
                } catch (CheckpointDamagedException e) {
                    Files.delete(manifest(position)); // A start has passed it over, and has said so.
                }
            } else {
                Files.delete(manifest(position));
            }
        }
        for (final Path file : list()) {
            final String name = file.getFileName().toString();
            if (name.startsWith(PAGES)
                    && !name.endsWith(DRAFT)
                    && named.stream().noneMatch(page -> name.equals(PAGES + page.position()))) {
                Files.delete(file);
            }
        }
    }
}
