package io.doorbuster.engine.ring;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.ThreadEnd;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline on three threads of its own. The engine waits for the journal and the reply for the engine, so no state
 * and no reply outlives an event that was not journaled.
 *
 * <p>Needs a core for each thread and one for the network to be worth it.
 */
public final class DedicatedPipeline implements Pipeline {
    private static final long DRAIN_PARK_NS = 50_000;

    private final RingBuffer<InputSlot> ring;
    private final Engine engine;
    private final HashWindow hashes;
    private final BatchEventProcessor<InputSlot> journal;
    private final BatchEventProcessor<InputSlot> stages;
    private final BatchEventProcessor<InputSlot> egress;
    private final Thread[] threads;
    private volatile @Nullable PipelineFailedException failure;
    private long answered;

    public DedicatedPipeline(
            InputRing input, JournalAppender appender, Engine engine, Checkpointer checkpointer, ReplySink sink) {
        ring = input.ringBuffer();
        this.engine = engine;
        hashes = new HashWindow(engine.settings().hashInterval(), appender);
        journal = processor("journal", new JournalHandler(appender, hashes));
        stages = processor("engine", new EngineHandler(engine, hashes, checkpointer), journal.getSequence());
        egress = processor(
                "egress", (slot, sequence, endOfBatch) -> sink.onReply(slot, endOfBatch), stages.getSequence());
        ring.addGatingSequences(egress.getSequence());
        answered = egress.getSequence().get();
        threads = new Thread[] {
            new Thread(journal, "doorbuster-journal"),
            new Thread(stages, "doorbuster-engine"),
            new Thread(egress, "doorbuster-egress")
        };
        for (final Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    private BatchEventProcessor<InputSlot> processor(
            String stage, EventHandler<InputSlot> handler, Sequence... waitsFor) {
        final BatchEventProcessor<InputSlot> processor =
                new BatchEventProcessorBuilder().build(ring, ring.newBarrier(waitsFor), handler);
        processor.setExceptionHandler(new FailStop(stage));
        return processor;
    }

    @Override
    public int poll() {
        final PipelineFailedException failed = failure;
        if (failed != null) {
            throw failed;
        }
        final long now = egress.getSequence().get();
        final int count = (int) (now - answered);
        answered = now;
        return count;
    }

    @Override
    public boolean isDrained() {
        return egress.getSequence().get() == ring.getCursor();
    }

    @Override
    public void close() {
        while (failure == null && !isDrained()) {
            LockSupport.parkNanos(DRAIN_PARK_NS);
        }
        journal.halt();
        stages.halt();
        egress.halt();
        for (final Thread thread : threads) {
            ThreadEnd.await(thread);
        }
        if (failure == null) {
            hashes.handOver(engine.position(), engine.stateHash(), engine.replyHash());
            hashes.drain();
        }
    }

    /** A failed handler stops its thread; whoever polls learns why. */
    private final class FailStop implements ExceptionHandler<InputSlot> {
        private final String stage;

        FailStop(String stage) {
            this.stage = stage;
        }

        @Override
        public void handleEventException(Throwable e, long sequence, @Nullable InputSlot slot) {
            fail(e);
        }

        @Override
        public void handleOnStartException(Throwable e) {
            fail(e);
        }

        @Override
        public void handleOnShutdownException(Throwable e) {
            fail(e);
        }

        private void fail(Throwable e) {
            final PipelineFailedException failed = new PipelineFailedException(stage, e);
            failure = failed;
            throw failed; // Leaves the processor's loop: the sequence stays behind, so nothing after it is answered.
        }
    }
}
