package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.replay.ReplayReport;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;

/** All that a journal says at one moment; a later moment must say the same and may say more. */
final class JournalHistory {
    private static final int POLL_EXCERPTS = 256;

    private final Map<Long, Long> positionOfSequence = new HashMap<>();
    private final CRC32C crc = new CRC32C();
    private int[] checksumOfPosition = new int[1 << 12];
    private int lastPosition;

    private JournalHistory() {}

    /** Reads it all, also beside the process that writes it. The tailer makes sure that positions are dense. */
    static JournalHistory read(Path data) {
        final JournalHistory history = new JournalHistory();
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(data))) {
            while (tailer.poll(history::onRecord, POLL_EXCERPTS) > 0) {
                assertThat(tailer.lastPosition()).isGreaterThanOrEqualTo(history.lastPosition);
            }
        }
        return history;
    }

    /** A journal that says nothing yet. */
    static JournalHistory empty() {
        return new JournalHistory();
    }

    private void onRecord(MutableDirectBuffer buffer, int offset, int length) {
        final long position = RecordDescriptor.position(buffer, offset);
        if (position == 0) {
            return;
        }
        lastPosition = (int) position;
        if (lastPosition == checksumOfPosition.length) {
            checksumOfPosition = Arrays.copyOf(checksumOfPosition, 2 * lastPosition);
        }
        final byte[] record = new byte[length];
        buffer.getBytes(offset, record);
        crc.reset();
        crc.update(record);
        checksumOfPosition[lastPosition] = (int) crc.getValue();
        if (RecordDescriptor.source(buffer, offset) == FactLoad.SOURCE) {
            final long sequence = RecordDescriptor.sourceSequence(buffer, offset);
            assertThat(positionOfSequence.put(sequence, position))
                    .as("an earlier position of sequence %d", sequence)
                    .isNull();
        }
    }

    /** No position has been given to another event since. */
    void assertContinues(JournalHistory earlier) {
        assertThat(lastPosition).isGreaterThanOrEqualTo(earlier.lastPosition);
        assertThat(Arrays.mismatch(
                        checksumOfPosition,
                        0,
                        earlier.lastPosition + 1,
                        earlier.checksumOfPosition,
                        0,
                        earlier.lastPosition + 1))
                .as("first position whose event is another one now")
                .isEqualTo(-1);
    }

    /** Everything up to a sequence that was acknowledged stands where it was acknowledged. */
    void assertHolds(FactLoad load, long upToSequence) {
        load.positionOfSequence().forEach((sequence, position) -> {
            if (sequence <= upToSequence) {
                assertThat(positionOfSequence.get(sequence))
                        .as("position of sequence %d", sequence)
                        .isEqualTo(position);
            }
        });
    }

    /** What {@code verify} checks: state and replies come out as recorded. */
    static void assertReplaysIdentically(Path data) throws IOException {
        try (Replayer replayer = new Replayer(data)) {
            final ReplayReport found = replayer.replay(Long.MAX_VALUE, Progress.NONE);
            assertThat(found.isIdentical()).as("%s", found).isTrue();
        }
    }
}
