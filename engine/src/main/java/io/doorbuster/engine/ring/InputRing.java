package io.doorbuster.engine.ring;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.WaitStrategy;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The ring of input slots. Single writer: the network thread claims, fills and publishes one slot at a time. */
public final class InputRing implements AutoCloseable {
    /** Largest slot count: the slots' memory must stay under 2 GiB. */
    public static final int SLOT_COUNT_MAX = 65_536;

    private final RingBuffer<InputSlot> ring;
    private final ByteBuffer bytes;
    private long claimed = -1;

    /**
     * Allocates all slots off the heap.
     *
     * @param slotCount a power of two; the longest queue of records between the network and the reply.
     * @param waitPolicy how consumers with threads of their own wait; without meaning in SHARED mode.
     */
    public InputRing(int slotCount, WaitPolicy waitPolicy) {
        if (Integer.bitCount(slotCount) != 1 || slotCount > SLOT_COUNT_MAX) {
            throw new IllegalArgumentException(
                    "slotCount=" + slotCount + " is no power of two up to " + SLOT_COUNT_MAX);
        }
        bytes = ByteBuffer.allocateDirect(slotCount * InputSlot.SLOT_BYTES);
        final UnsafeBuffer memory = new UnsafeBuffer(bytes);
        final int[] next = {0};
        final WaitStrategy waitStrategy = waitPolicy.newStrategy();
        ring = RingBuffer.createSingleProducer(
                () -> new InputSlot(memory, next[0]++ * InputSlot.SLOT_BYTES), slotCount, waitStrategy);
    }

    /** Records that may be on their way to the journal at once. */
    public int slotCount() {
        return ring.getBufferSize();
    }

    /** Whether a claim would give a slot now. */
    public boolean hasRoom() {
        return claimed >= 0 || ring.hasAvailableCapacity(1);
    }

    /** Records published that are still on their way to their reply. Network thread only. */
    public int waiting() {
        return (int) (ring.getBufferSize() - ring.remainingCapacity()) - (claimed >= 0 ? 1 : 0);
    }

    /** The next free slot, or null when the ring is full. Claiming again without publishing gives the same slot. */
    public @Nullable InputSlot claim() {
        if (claimed < 0) {
            if (!ring.hasAvailableCapacity(1)) {
                return null;
            }
            claimed = ring.next();
        }
        return ring.get(claimed);
    }

    /** Hands the claimed slot to the journal. */
    public void publish() {
        assert claimed >= 0 : "publish without claim";
        final long sequence = claimed;
        claimed = -1;
        ring.publish(sequence);
    }

    RingBuffer<InputSlot> ringBuffer() {
        return ring;
    }

    /** Gives the memory back. No thread uses a slot any more. */
    @Override
    public void close() {
        BufferUtil.free(bytes);
    }
}
