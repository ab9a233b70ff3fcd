package io.doorbuster.engine.ring;

import com.lmax.disruptor.EventHandler;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.journal.RecordDescriptor;

/** Applies each record that the journal has taken, and begins checkpoints. Engine thread only. */
final class EngineHandler implements EventHandler<InputSlot> {
    private final Engine engine;
    private final HashWindow hashes;
    private final Checkpointer checkpointer;

    EngineHandler(Engine engine, HashWindow hashes, Checkpointer checkpointer) {
        this.engine = engine;
        this.hashes = hashes;
        this.checkpointer = checkpointer;
    }

    @Override
    public void onEvent(InputSlot slot, long sequence, boolean endOfBatch) {
        slot.replyLength(engine.onRecord(slot.record(), 0, slot.reply(), 0));
        hashes.onApplied(engine.position(), engine.stateHash(), engine.replyHash());
        if (checkpointer.isDue(engine.position(), RecordDescriptor.templateId(slot.record(), 0))) {
            checkpointer.begin(engine.position(), engine.recordCrc(), engine.replyHash());
        }
    }
}
