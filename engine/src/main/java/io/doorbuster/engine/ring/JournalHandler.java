package io.doorbuster.engine.ring;

import com.lmax.disruptor.EventHandler;
import io.doorbuster.journal.JournalAppender;

/** Appends each record; one excerpt for each batch. Journal thread only. */
final class JournalHandler implements EventHandler<InputSlot> {
    private final JournalAppender appender;
    private final HashWindow hashes;

    JournalHandler(JournalAppender appender, HashWindow hashes) {
        this.appender = appender;
        this.hashes = hashes;
    }

    @Override
    public void onEvent(InputSlot slot, long sequence, boolean endOfBatch) {
        appender.append(slot.record(), 0);
        if (endOfBatch) {
            appender.flush();
            hashes.drain();
        }
    }
}
