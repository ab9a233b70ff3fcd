package io.doorbuster.engine.checkpoint;

import static io.doorbuster.engine.checkpoint.PageFileDescriptor.ENTRY_BYTES;
import static io.doorbuster.engine.checkpoint.PageFileDescriptor.ENTRY_HEAD_BYTES;

import io.doorbuster.codec.CheckpointRecordDecoder;
import io.doorbuster.engine.checkpoint.Checkpoint.PageFile;
import io.doorbuster.engine.store.EngineStore;
import io.doorbuster.engine.store.PageStore;
import io.doorbuster.engine.store.PageStores;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.journal.JournalLock;
import io.doorbuster.journal.ThreadEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * Takes checkpoints while the engine goes on: after so many events, and when a checkpoint command is applied. The engine
 * thread marks the moment and from then on saves the old image of a page before its first write; a thread of this object
 * copies, writes and forces.
 *
 * <p>A checkpoint holds the pages written since the one before, or all once those add up to more than half of all. What was
 * written adds up to the state hash, page by page, or the process must stop: its memory is not what it wrote there.
 */
public final class Checkpointer implements AutoCloseable {
    /** Files that a checkpoint is put together from at most. */
    private static final int FILES_MAX = 16;

    /** Left to the journal: a checkpoint only shortens a start. */
    private static final long JOURNAL_BYTES = 160L << 20;

    private static final long LOOK_NS = 1_000_000_000;
    private static final long FINISH_LOOK_NS = 200_000;

    /** Makes sure of the journal: a checkpoint beyond its end would be one of nothing. */
    public interface Durability {
        /** Returns when the journal is on the disk up to a position, or throws when it will not be. */
        void await(long position) throws IOException;
    }

    /** The moment that a checkpoint is of. */
    private record Moment(
            long position, int recordCrc, long stateHash, long replyHash, Settings settings, int oldest, int epoch) {}

    private final CheckpointDirectory directory;
    private final Stores stores;
    private final PageStores pages;
    private final Durability durability;
    private final long interval;
    private final Thread thread;
    private final ByteBuffer batch = PageFileDescriptor.allocate();
    private final CRC32C crc = new CRC32C();
    private final PageHashes hashes;
    private List<PageFile> files;
    private int oldest;

    /** Engine thread: the last moment, and whether one was asked for while another was being written. */
    private long begunPosition;

    private boolean isPending;

    private volatile @Nullable Moment moment;
    private volatile boolean isReady;
    private volatile boolean running = true;
    private volatile long lastPosition;
    private final AtomicLong abandoned = new AtomicLong();
    private volatile @Nullable String problem;
    private volatile @Nullable Throwable failure;

    private Checkpointer(
            CheckpointDirectory directory,
            Stores stores,
            @Nullable Restored restored,
            long interval,
            Durability durability) {
        this.directory = directory;
        this.stores = stores;
        this.durability = durability;
        this.interval = interval;
        pages = stores.pages();
        if (restored == null) {
            hashes = new PageHashes(pages);
            files = List.of();
            oldest = 1;
        } else {
            hashes = restored.hashes();
            files = restored.checkpoint().files();
            oldest = isLong() ? 1 : pages.epoch();
            lastPosition = restored.checkpoint().position();
        }
        begunPosition = lastPosition;
        thread = new Thread(this::run, "doorbuster-checkpoint");
        thread.setDaemon(true);
    }

    /**
     * Begins. The engine stands where it will go on from.
     *
     * @param restored what the engine began with; null when it began with the journal's first record.
     * @param interval events from one checkpoint to the next; 0 = only when asked.
     */
    public static Checkpointer start(
            CheckpointDirectory directory,
            Stores stores,
            @Nullable Restored restored,
            long interval,
            Durability durability) {
        final Checkpointer made = new Checkpointer(directory, stores, restored, interval, durability);
        made.thread.start();
        return made;
    }

    /** Whether a checkpoint should begin behind an event. Engine thread. */
    public boolean isDue(long position, int templateId) {
        return isPending
                || interval > 0 && position - begunPosition >= interval
                || templateId == CheckpointRecordDecoder.TEMPLATE_ID;
    }

    /**
     * Begins a checkpoint behind the event that was applied last; while one is being written, the next begins behind the first
     * event after it. Engine thread; never waits.
     *
     * @param recordCrc checksum of that event's record.
     */
    public void begin(long position, int recordCrc, long replyHash) {
        isPending = !isReady || moment != null;
        if (!isPending) {
            begunPosition = position;
            final int from = oldest;
            final int epoch = pages.begin(from);
            moment = new Moment(position, recordCrc, stores.stateHash(), replyHash, stores.settings(), from, epoch);
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        try {
            pages.reserveImages();
            isReady = true;
        } catch (RuntimeException | Error e) { // No memory for images.
            failure = e;
        }
        while (true) {
            final Moment due = moment;
            if (due != null) {
                take(due);
                moment = null;
            } else if (running) {
                LockSupport.parkNanos(this, LOOK_NS);
            } else {
                return;
            }
        }
    }

    private void take(Moment due) {
        try (JournalLock lock = directory.tryLock()) {
            if (lock == null) {
                giveUp(due, "another process is writing one");
                return;
            }
            directory.prepare();
            if (write(due)) {
                directory.prune();
                return;
            }
            giveUp(due, "the engine wrote more pages meanwhile than there is room for images of");
        } catch (IOException | UncheckedIOException e) {
            giveUp(due, e.getMessage());
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            pages.end();
        }
    }

    /** The next one is of the pages of this one too. */
    private void giveUp(Moment due, @Nullable String why) {
        problem = why;
        if (lastPosition != due.position) {
            directory.discard(due.position);
            abandoned.incrementAndGet();
        }
    }

    /** Writes one checkpoint; false when the engine ran out of images. */
    private boolean write(Moment due) throws IOException {
        directory.checkRoom((long) pages.writtenSince(due.oldest) * ENTRY_BYTES + JOURNAL_BYTES);
        final boolean isFull = due.oldest == 1;
        if (!isFull && !directory.hasAll(files)) {
            oldest = 1;
            throw new IOException("files that it would build on are gone: another process takes checkpoints here too");
        }
        int count;
        try (FileChannel channel = FileChannel.open(
                directory.pagesDraft(due.position),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            PageFileDescriptor.putHead(batch.clear(), due.position);
            drain(channel);
            count = copyPages(due, channel);
            if (pages.isExhausted()) {
                return false;
            }
            pages.end();
            if (hashes.sum() != due.stateHash) {
                throw new IllegalStateException("the state's bytes at position " + due.position
                        + " do not add up to its hash: the memory of this process is damaged; the journal is not: start"
                        + " again, and check the machine's memory");
            }
            channel.force(false);
        }
        durability.await(due.position);
        final List<PageFile> now = new ArrayList<>(isFull ? List.of() : files);
        now.add(new PageFile(due.position, count));
        directory.complete(new Checkpoint(
                EngineStore.VERSION,
                due.position,
                due.recordCrc,
                due.stateHash,
                due.replyHash,
                due.settings,
                List.copyOf(now)));
        files = now;
        oldest = isLong() ? 1 : due.epoch;
        lastPosition = due.position;
        return true;
    }

    /** Whether reading the files costs more than writing all pages anew. */
    private boolean isLong() {
        long sum = 0;
        for (final PageFile file : files) {
            sum += file.pages();
        }
        return files.size() >= FILES_MAX
                || sum - files.getFirst().pages() > files.getFirst().pages() / 2;
    }

    private int copyPages(Moment due, FileChannel channel) throws IOException {
        int count = 0;
        final List<PageStore> all = pages.all();
        for (int store = 0; store < all.size(); store++) {
            for (int page = 0; page < all.get(store).pageCount(); page++) {
                if (copyPage(due, store, page)) {
                    count++;
                    if (!batch.hasRemaining()) {
                        drain(channel);
                        if (pages.isExhausted()) {
                            return count;
                        }
                    }
                }
            }
        }
        drain(channel);
        return count;
    }

    private boolean copyPage(Moment due, int storeIndex, int page) {
        final PageStore store = pages.all().get(storeIndex);
        final int entry = batch.position();
        final long address = BufferUtil.address(batch) + entry + ENTRY_HEAD_BYTES;
        if (!store.copyPage(page, due.oldest, due.epoch, address)) {
            return false;
        }
        hashes.set(storeIndex, page, store.hashOfPage(page, address));
        batch.putInt(entry + PageFileDescriptor.STORE_OFFSET, store.storeId());
        batch.putInt(entry + PageFileDescriptor.PAGE_OFFSET, page);
        batch.putInt(entry, PageFileDescriptor.crc(batch, entry, crc));
        batch.limit(batch.capacity()).position(entry + ENTRY_BYTES);
        return true;
    }

    private void drain(FileChannel channel) throws IOException {
        batch.flip();
        while (batch.hasRemaining()) {
            channel.write(batch);
        }
        batch.clear();
    }

    /** Position of the last whole checkpoint; 0 = none. Any thread. */
    public long lastPosition() {
        return lastPosition;
    }

    /** Checkpoints given up so far. Any thread. */
    public long abandoned() {
        return abandoned.get();
    }

    /** Why the last one of them was given up, or null. Any thread. */
    public @Nullable String problem() {
        return problem;
    }

    /** Why the process must stop, or null. Any thread. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Takes a last checkpoint, unless the last one is of this moment, and waits for it. The engine has stopped.
     *
     * @return whether there is a checkpoint of this position now.
     */
    public boolean finish(long position, int recordCrc, long replyHash) {
        while (lastPosition != position && failure == null) {
            final long before = abandoned();
            begin(position, recordCrc, replyHash);
            while (moment != null || !isReady && failure == null) {
                LockSupport.parkNanos(this, FINISH_LOOK_NS);
            }
            if (abandoned() != before) {
                return false;
            }
        }
        return failure == null;
    }

    /** Gives up nothing: a checkpoint under way is finished. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        ThreadEnd.await(thread);
    }
}
