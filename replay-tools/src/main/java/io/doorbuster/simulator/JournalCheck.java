package io.doorbuster.simulator;

import static io.doorbuster.simulator.SimulationFailure.check;

import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.util.SplittableRandom;
import org.agrona.MutableDirectBuffer;

/** What lies on the disk, beside what was handed in. */
final class JournalCheck {
    private final SimulatedDisk disk;
    private final History history;
    private long verifiedPosition;

    JournalCheck(SimulatedDisk disk, History history) {
        this.disk = disk;
        this.history = history;
    }

    /** What lies behind a position has not been looked at. */
    void cut(long position) {
        verifiedPosition = Math.min(verifiedPosition, position);
    }

    /** Each record behind the last look is the one that was handed in at its position. */
    void verify() {
        try (JournalTailer tailer = JournalTailer.overAt(disk.source(), Math.max(1, verifiedPosition))) {
            int excerpts = tailer.poll(this::verify, Integer.MAX_VALUE);
            while (excerpts > 0) {
                excerpts = tailer.poll(this::verify, Integer.MAX_VALUE);
            }
        }
        check(verifiedPosition == history.last(), "last position in the journal", verifiedPosition, history.last());
    }

    private void verify(MutableDirectBuffer buffer, int offset, int length) {
        final int position = (int) RecordDescriptor.position(buffer, offset);
        if (position == 0) {
            return;
        }
        final int crc = RecordDescriptor.crc(buffer, offset);
        final int client = history.client(position);
        final long source = client == History.NO_CLIENT ? 0 : SimulatedClient.sourceOf(client);
        final long found = RecordDescriptor.source(buffer, offset);
        final long sequence = RecordDescriptor.sourceSequence(buffer, offset);
        final boolean isSame =
                found == source && (client == History.NO_CLIENT || sequence == history.sequence(position));
        final int seen = history.checksum(position);
        if (!isSame || seen != History.UNSEEN && seen != crc) { // Texts are made only now: this is for each event.
            throw new SimulationFailure("another record at position " + position + ": sequence " + sequence
                    + " of source " + found + " with checksum " + crc + ", expected " + history.sequence(position)
                    + " of " + source + " with " + seen);
        }
        history.checksum(position, crc);
        verifiedPosition = Math.max(verifiedPosition, position);
    }

    /** A bit of an excerpt flips: it is found, or lies in padding and changes nothing that is delivered. */
    void flip(SplittableRandom random) {
        final int near = 1 + random.nextInt(history.last());
        final SimulatedDisk.Source place = disk.source();
        place.seek(near + 1L);
        final int offset = place.offset() + SimulatedDisk.HEADER_BYTES + random.nextInt(disk.length(place.offset()));
        final int bit = random.nextInt(Byte.SIZE);
        final long before = JournalDigest.of(disk.source(), near);
        disk.flip(offset, bit);
        long after;
        try {
            after = JournalDigest.of(disk.source(), near);
        } catch (JournalCorruptException e) {
            after = before;
        }
        disk.flip(offset, bit);
        check(before == after, "a flipped bit was applied, at offset", offset, near);
    }
}
