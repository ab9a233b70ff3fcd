package io.doorbuster.engine.ring;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.journal.JournalAppender;

/** The pipeline on the caller's thread: no hand-over between threads, for machines with few cores. Network thread only. */
public final class SharedPipeline implements Pipeline {
    private final RingBuffer<InputSlot> ring;
    private final EventPoller<InputSlot> journalPoller;
    private final EventPoller<InputSlot> enginePoller;
    private final EventPoller<InputSlot> egressPoller;
    private final EventPoller.Handler<InputSlot> journalHandler;
    private final EventPoller.Handler<InputSlot> engineHandler;
    private final EventPoller.Handler<InputSlot> egressHandler;
    private final Engine engine;
    private final HashWindow hashes;
    private boolean failed;

    public SharedPipeline(
            InputRing input, JournalAppender appender, Engine engine, Checkpointer checkpointer, ReplySink sink) {
        ring = input.ringBuffer();
        this.engine = engine;
        hashes = new HashWindow(engine.settings().hashInterval(), appender);
        journalPoller = ring.newPoller();
        enginePoller = ring.newPoller(journalPoller.getSequence());
        egressPoller = ring.newPoller(enginePoller.getSequence());
        ring.addGatingSequences(egressPoller.getSequence());
        journalHandler = asPollHandler(new JournalHandler(appender, hashes));
        engineHandler = asPollHandler(new EngineHandler(engine, hashes, checkpointer));
        egressHandler = asPollHandler((slot, sequence, endOfBatch) -> sink.onReply(slot, endOfBatch));
    }

    private static EventPoller.Handler<InputSlot> asPollHandler(EventHandler<InputSlot> handler) {
        return (slot, sequence, endOfBatch) -> {
            handler.onEvent(slot, sequence, endOfBatch);
            return true;
        };
    }

    @Override
    public int poll() {
        final long before = egressPoller.getSequence().get();
        if (before == ring.getCursor() || failed) {
            return 0;
        }
        String stage = "journal";
        try {
            journalPoller.poll(journalHandler);
            stage = "engine";
            enginePoller.poll(engineHandler);
            stage = "egress";
            egressPoller.poll(egressHandler);
        } catch (Throwable e) { // Fail-stop: whatever it was, state and journal may have parted.
            failed = true;
            throw new PipelineFailedException(stage, e);
        }
        return (int) (egressPoller.getSequence().get() - before);
    }

    @Override
    public boolean isDrained() {
        return egressPoller.getSequence().get() == ring.getCursor();
    }

    @Override
    public void close() {
        while (!failed && !isDrained()) {
            poll();
        }
        if (!failed) {
            hashes.handOver(engine.position(), engine.stateHash(), engine.replyHash());
            hashes.drain();
        }
    }
}
