package io.doorbuster.engine.ring;

import com.lmax.disruptor.EventHandler;
import io.doorbuster.engine.Engine;

/** Applies each record that the journal has taken. Engine thread only. */
final class EngineHandler implements EventHandler<InputSlot> {
    private final Engine engine;
    private final HashWindow hashes;

    EngineHandler(Engine engine, HashWindow hashes) {
        this.engine = engine;
        this.hashes = hashes;
    }

    @Override
    public void onEvent(InputSlot slot, long sequence, boolean endOfBatch) {
        slot.replyLength(engine.onRecord(slot.record(), 0, slot.reply(), 0));
        hashes.onApplied(engine.position(), engine.stateHash(), engine.replyHash());
    }
}
