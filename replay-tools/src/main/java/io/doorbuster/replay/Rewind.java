package io.doorbuster.replay;

import io.doorbuster.codec.HashRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.ShopperLinkedRecordDecoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.ReplayDigest;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.Recovery;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalFiles;
import io.doorbuster.journal.JournalForcer;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.journal.RecordHandler;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new data directory with the journal of another one, in which chosen behaviour does nothing. What lies before the first
 * such fact is copied with its hashes and a checkpoint; the rest is put through the engine, which records new hashes. Every
 * record keeps position, times, source and sequence, so duplicates are known as before. Works beside a process that serves
 * the other one; run again, it takes over what has come since. One thread, used once.
 */
public final class Rewind {
    private static final int POLL_EXCERPTS = 64;

    /** A hash on record in the journal that was read. */
    public record Recorded(long position, long stateHash, long replyHash) {}

    /**
     * What was made.
     *
     * @param isContinued whether it goes on with a directory that was there.
     * @param position last position of both journals; 0 = no fact is to be left out, so nothing was made.
     * @param events records put through the engine.
     * @param byKind facts left out by this run, by what they are.
     * @param bySource the same by source.
     * @param stateHash after the last event.
     * @param replyHash of all replies up to it.
     * @param old the last hash that was read; null = none.
     */
    public record Rewound(
            boolean isContinued,
            long position,
            long events,
            SortedMap<String, Long> byKind,
            Map<Long, Long> bySource,
            long stateHash,
            long replyHash,
            @Nullable Recorded old) {
        /** Facts left out by this run. */
        public long leftOut() {
            return byKind.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final Path source;
    private final Path target;
    private final RewindChoice asked;
    private final Behaviour behaviour = new Behaviour();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ShopperLinkedRecordDecoder shopperLinked = new ShopperLinkedRecordDecoder();
    private final HashRecordDecoder hashRecord = new HashRecordDecoder();
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final UnsafeBuffer digests = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private final SortedMap<String, Long> byKind = new TreeMap<>();
    private final Map<Long, Long> bySource = new TreeMap<>(Long::compareUnsigned);
    private @Nullable Recorded old;
    private int digestCount;
    private int sourceCrc;
    private long events;
    private boolean isTied;

    /**
     * Prepares a rewind.
     *
     * @param target missing, empty, or made by the same rewind of before.
     * @throws IOException when the source is no data directory.
     */
    public Rewind(Path source, Path target, RewindChoice choice) throws IOException {
        DataDirectory.check(source);
        DirectoryCopy.refuseInside(source, target);
        this.source = source;
        this.target = target;
        asked = choice;
    }

    /**
     * Rewinds, or goes on.
     *
     * @throws IOException when the target is anything else, or has been served; it is as it was then.
     * @throws io.doorbuster.journal.JournalCorruptException when the journal is damaged.
     */
    public Rewound rewind(Progress progress) throws IOException {
        final RewindMark mark = RewindMark.read(target);
        final RewindChoice choice = asked.shoppers().isEmpty() ? asked : asked.with(withLinked(asked.shoppers()));
        if (mark == null) {
            return begin(choice, progress);
        }
        if (!mark.choice().equals(choice.toString())) {
            throw new IOException(
                    target + " was made by a rewind with other options, or one of its shoppers was linked since:"
                            + " choose a new directory");
        }
        try (DataDirectory made = DataDirectory.open(target)) {
            JournalCopy.checkRoom(DataDirectory.journal(source), DataDirectory.journal(target));
            made.unfinish();
            try {
                return goOn(made, choice, mark, Long.MAX_VALUE, progress);
            } catch (IOException | RuntimeException e) {
                if (events == 0) { // It is as it was.
                    made.finish();
                }
                throw e;
            }
        }
    }

    private Rewound begin(RewindChoice choice, Progress progress) throws IOException {
        final DirectoryCopy copy = new DirectoryCopy(source, target);
        final long[] firstAndLast = new long[2];
        scan((buffer, offset, length) -> {
            firstAndLast[1] = Math.max(firstAndLast[1], RecordDescriptor.position(buffer, offset));
            if (firstAndLast[0] == 0 && isLeftOut(choice, buffer, offset)) {
                firstAndLast[0] = firstAndLast[1];
            }
        });
        if (firstAndLast[0] == 0) {
            return new Rewound(false, 0, 0, byKind, bySource, 0, 0, null);
        }
        try (DataDirectory made = DataDirectory.openUnfinished(target)) {
            try {
                DirectoryCopy.copyModels(source, target); // Each is checked: not after all the work.
                copy.copyJournal(
                        firstAndLast[0] - 1, progress); // One or more: a journal's first record is no behaviour.
                final Rewound rewound = goOn(made, choice, null, firstAndLast[1], progress);
                if (rewound.leftOut() == 0) { // All of them had been refused.
                    copy.discard();
                    return new Rewound(false, 0, 0, byKind, bySource, 0, 0, null);
                }
                return rewound;
            } catch (IOException | RuntimeException e) {
                copy.discard();
                throw e;
            }
        }
    }

    private void scan(RecordHandler handler) {
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(source))) {
            int excerpts = 1;
            while (excerpts > 0) {
                excerpts = tailer.poll(handler, POLL_EXCERPTS);
            }
        }
    }

    /** These shoppers, and those that were linked with them at any time. */
    private SortedSet<Long> withLinked(SortedSet<Long> shoppers) {
        final Map<Long, Long> stays = new TreeMap<>();
        scan((buffer, offset, length) -> {
            if (RecordDescriptor.templateId(buffer, offset) == ShopperLinkedRecordDecoder.TEMPLATE_ID) {
                shopperLinked.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
                stays.put(shopperLinked.linked(), shopperLinked.shopper());
            }
        });
        stays.remove(0L);
        final SortedSet<Long> all = new TreeSet<>(shoppers);
        boolean grows = true;
        while (grows) {
            grows = false;
            for (final Map.Entry<Long, Long> link : stays.entrySet()) {
                grows |= all.contains(link.getValue()) && all.add(link.getKey());
            }
        }
        return all;
    }

    private boolean isLeftOut(RewindChoice choice, MutableDirectBuffer buffer, int offset) {
        return behaviour.read(buffer, offset)
                && (choice.purchases() || !behaviour.isPurchase())
                && choice.takes(
                        RecordDescriptor.position(buffer, offset),
                        RecordDescriptor.journalTimeNs(buffer, offset),
                        RecordDescriptor.source(buffer, offset),
                        behaviour.shopper());
    }

    /** Takes the target, which is whole as far as it goes, to where the source is. */
    private Rewound goOn(
            DataDirectory made, RewindChoice choice, @Nullable RewindMark mark, long until, Progress progress)
            throws IOException {
        try (StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path(), new ModelShelf(DataDirectory.models(source)));
                Recovery recovery = new Recovery(target, engine)) {
            while (recovery.poll() > 0) {
                progress.onReplayed(recovery.position());
            }
            if (mark != null && (engine.position() != mark.position() || engine.recordCrc() != mark.crc())) {
                throw new IOException(target + " has changed since a rewind made it, at position " + mark.position()
                        + ": it was served, or another rewind did not end; choose a new directory");
            }
            sourceCrc = mark == null ? engine.recordCrc() : mark.sourceCrc();
            append(choice, engine, recovery, until, progress);
            DirectoryCopy.takeCheckpoint(target, engine, recovery);
            DirectoryCopy.copyModels(source, target);
            DirectoryCopy.copyIdentities(source, target); // Behind the journal, so that it knows every shopper there.
            new RewindMark(choice.toString(), engine.position(), sourceCrc, engine.recordCrc()).write(target);
            made.finish();
            return new Rewound(
                    mark != null,
                    engine.position(),
                    events,
                    byKind,
                    bySource,
                    engine.stateHash(),
                    engine.replyHash(),
                    old);
        }
    }

    private void append(RewindChoice choice, Engine engine, Recovery recovery, long until, Progress progress)
            throws IOException {
        try (JournalAppender appender = recovery.openAppender();
                JournalTailer tailer = JournalTailer.openAt(DataDirectory.journal(source), engine.position())) {
            int excerpts = 1;
            while (excerpts > 0 && engine.position() < until) {
                excerpts = tailer.poll(
                        (buffer, offset, length) -> onRecord(choice, engine, appender, until, buffer, offset),
                        POLL_EXCERPTS);
                progress.onReplayed(engine.position());
            }
            if (!isTied) {
                throw new IOException("the journal of " + source + " ends before position " + engine.position()
                        + ", where " + target + " is: give the directory that it was made of");
            }
            writeHashes(engine, appender);
            appender.flush();
            JournalForcer.start(appender, new JournalFiles(DataDirectory.journal(target)))
                    .close();
        }
    }

    private void onRecord(
            RewindChoice choice,
            Engine engine,
            JournalAppender appender,
            long until,
            MutableDirectBuffer buffer,
            int offset) {
        final long position = RecordDescriptor.position(buffer, offset);
        if (position == 0) {
            remember(buffer, offset, engine.position());
        } else if (!isTied) {
            tie(buffer, offset);
        } else if (position <= until) {
            refuseNewLink(choice, buffer, offset);
            sourceCrc = RecordDescriptor.crc(buffer, offset);
            if (isLeftOut(choice, buffer, offset) && behaviour.neutralise(buffer, offset, engine.stores())) {
                byKind.merge(behaviour.kind(), 1L, Long::sum);
                bySource.merge(RecordDescriptor.source(buffer, offset), 1L, Long::sum);
                apply(engine, appender, behaviour.neutral(), 0);
            } else {
                apply(engine, appender, buffer, offset);
            }
        }
    }

    /** What was kept of a shopper who is linked only now should have been left out. */
    private void refuseNewLink(RewindChoice choice, MutableDirectBuffer buffer, int offset) {
        if (RecordDescriptor.templateId(buffer, offset) == ShopperLinkedRecordDecoder.TEMPLATE_ID) {
            shopperLinked.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
            if (choice.shoppers().contains(shopperLinked.shopper())
                    && shopperLinked.linked() != 0
                    && !choice.shoppers().contains(shopperLinked.linked())) {
                throw new IllegalStateException("another shopper was linked with one that is left out meanwhile: rewind"
                        + " again, into a new directory");
            }
        }
    }

    /** The record of where the target is comes first. */
    private void tie(MutableDirectBuffer buffer, int offset) {
        if (RecordDescriptor.crc(buffer, offset) != sourceCrc) {
            throw new IllegalStateException(target + " was made of another journal than that of " + source
                    + ": give the directory that it was made of");
        }
        isTied = true;
    }

    private void remember(MutableDirectBuffer buffer, int offset, long position) {
        if (RecordDescriptor.templateId(buffer, offset) == HashRecordDecoder.TEMPLATE_ID) {
            hashRecord.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
            if (hashRecord.ofPosition() <= position) {
                old = new Recorded(hashRecord.ofPosition(), hashRecord.stateHash(), hashRecord.replyHash());
            }
        }
    }

    private void apply(Engine engine, JournalAppender appender, MutableDirectBuffer record, int offset) {
        appender.append(record, offset); // Gives it the position that it has: none is left out.
        engine.onRecord(record, offset, reply, 0);
        events++;
        digests.putShort(
                Short.BYTES * digestCount,
                ReplayDigest.of(engine.stateHash(), engine.replyHash()),
                ByteOrder.LITTLE_ENDIAN);
        digestCount++;
        if (digestCount == engine.settings().hashInterval()) {
            writeHashes(engine, appender);
        }
    }

    private void writeHashes(Engine engine, JournalAppender appender) {
        if (digestCount > 0) {
            appender.appendHash(
                    Engine.VERSION,
                    engine.position(),
                    engine.stateHash(),
                    engine.replyHash(),
                    digests,
                    0,
                    Short.BYTES * digestCount);
            digestCount = 0;
        }
    }
}
