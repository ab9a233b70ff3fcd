package io.doorbuster.simulator;

import io.doorbuster.codec.Outcome;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client that numbers its facts and commands, keeps what has not been answered, and sends that again with the same sequence
 * behind a new connection. Checks that what comes again is answered as at first.
 */
final class SimulatedClient {
    /** Facts and commands under way; a process remembers the outcomes of twice as many. */
    static final int WINDOW = 32;

    /** Correlation ids of requests begin here; those of facts and commands are their sequences. */
    static final long FIRST_REQUEST = 1L << 62;

    private static final int SLOTS = 64;
    private static final int QUEUE = 256;
    private static final int REPLIES = 1024;
    private static final int DUPLICATED_FROM = 16;

    final int index;
    private final UnsafeBuffer frames = new UnsafeBuffer(new byte[2 * SLOTS * Traffic.FRAME_BYTES]);
    private final int[] lengths = new int[2 * SLOTS];
    private final long[] sequences = new long[SLOTS];
    private final Operation[] operations = new Operation[SLOTS];
    private final boolean[] answered = new boolean[SLOTS];
    private final Outcome[] outcomes = new Outcome[SLOTS];
    private final long[] positions = new long[SLOTS];
    private final long[] details = new long[SLOTS];
    private final int[] queue = new int[QUEUE];
    private int queueHead;
    private int queueTail;
    private final long[] replySequences = new long[REPLIES];
    private final Outcome[] replyOutcomes = new Outcome[REPLIES];
    private final long[] replyPositions = new long[REPLIES];
    private final long[] replyDetails = new long[REPLIES];
    private int replyHead;
    private int replyTail;
    private long firstUnanswered = 1;
    private long nextSequence = 1;
    private long requests;
    private long connections;
    private boolean isRefused;
    private long duplicatesAnswered;

    SimulatedClient(int index) {
        this.index = index;
        for (int slot = 0; slot < SLOTS; slot++) {
            operations[slot] = new Operation();
            outcomes[slot] = Outcome.ACCEPTED;
        }
    }

    long source() {
        return sourceOf(index);
    }

    static long sourceOf(int index) {
        return index + 1;
    }

    /** Names the connection that is open now. */
    long connectionId() {
        return (connections + 1 << Byte.SIZE) + index;
    }

    static int clientOf(long connectionId) {
        return (int) connectionId & 0xFF;
    }

    /** Whether there is room for one more frame on the way, and its reply. */
    boolean maySend() {
        return queueTail - queueHead < WINDOW && replyTail - replyHead < REPLIES / 4;
    }

    /** Puts another frame on the way. */
    void send(Traffic traffic, int clients) {
        if (traffic.isRequestNext()) {
            final int slot = SLOTS + (int) (requests & SLOTS - 1);
            lengths[slot] = traffic.request(frames, slot * Traffic.FRAME_BYTES, FIRST_REQUEST + requests++);
            enqueue(slot);
        } else if (nextSequence - firstUnanswered < WINDOW) {
            final int slot = slot(nextSequence);
            lengths[slot] =
                    traffic.next(index, clients, nextSequence, frames, slot * Traffic.FRAME_BYTES, operations[slot]);
            sequences[slot] = nextSequence++;
            answered[slot] = false;
            enqueue(slot);
        }
    }

    /** Sends a recent one once more. */
    void sendAgain(int back) {
        final long sequence = nextSequence - 1 - back % DUPLICATED_FROM;
        if (sequence > 0 && sequences[slot(sequence)] == sequence) {
            enqueue(slot(sequence));
        }
    }

    private static int slot(long sequence) {
        return (int) sequence & SLOTS - 1;
    }

    private void enqueue(int slot) {
        queue[queueTail++ & QUEUE - 1] = slot;
    }

    boolean hasFrame() {
        return queueTail > queueHead;
    }

    /** The frame that arrives next: which one, for the methods below. */
    int nextFrame() {
        return queue[queueHead++ & QUEUE - 1];
    }

    boolean isRequest(int frame) {
        return frame >= SLOTS;
    }

    void wrap(UnsafeBuffer target, int frame) {
        target.wrap(frames, frame * Traffic.FRAME_BYTES, lengths[frame]);
    }

    long sequence(int frame) {
        return sequences[frame];
    }

    Operation operation(int frame) {
        return operations[frame];
    }

    /** A fact was refused: those behind it will be gaps, until this client steps back. */
    void onRefused() {
        isRefused = true;
    }

    boolean isRefused() {
        return isRefused;
    }

    /** A reply is on the way to this client. */
    void deliver(long connectionId, long sequence, Outcome outcome, long position, long detail) {
        if (connectionId != connectionId()) {
            return;
        }
        SimulationFailure.check(replyTail - replyHead < REPLIES, "replies", replyTail - replyHead, REPLIES);
        final int at = replyTail++ & REPLIES - 1;
        replySequences[at] = sequence;
        replyOutcomes[at] = outcome;
        replyPositions[at] = position;
        replyDetails[at] = detail;
    }

    /** Reads what has arrived. */
    void read() {
        while (replyHead < replyTail) {
            final int at = replyHead++ & REPLIES - 1;
            onReply(replySequences[at], replyOutcomes[at], replyPositions[at], replyDetails[at]);
        }
    }

    private void onReply(long sequence, Outcome outcome, long position, long detail) {
        if (outcome == Outcome.SEQUENCE_GAP) {
            SimulationFailure.check(isRefused, "a gap though nothing was refused, client " + index, sequence, 0);
            return;
        }
        final int slot = slot(sequence);
        if (sequences[slot] != sequence) {
            return; // Came again so late that its frame is gone.
        }
        if (!answered[slot]) {
            answered[slot] = true;
            outcomes[slot] = outcome;
            positions[slot] = position;
            details[slot] = detail;
            while (firstUnanswered < nextSequence && answered[slot(firstUnanswered)]) {
                firstUnanswered++;
            }
            return;
        }
        duplicatesAnswered++;
        final String what = "a duplicate of client " + index + ", sequence " + sequence;
        SimulationFailure.check(outcomes[slot] == outcome, what + ", outcome", outcome.value(), outcomes[slot].value());
        SimulationFailure.check(positions[slot] == position, what + ", position", position, positions[slot]);
        SimulationFailure.check(details[slot] == detail, what + ", detail", detail, details[slot]);
    }

    /** The connection breaks: what is on the way either way is lost; all that has no answer is sent again. */
    void reconnect() {
        connections++;
        isRefused = false;
        queueHead = queueTail;
        replyHead = replyTail;
        for (long sequence = firstUnanswered; sequence < nextSequence; sequence++) {
            if (!answered[slot(sequence)]) {
                enqueue(slot(sequence));
            }
        }
    }

    /**
     * Another process answers.
     *
     * @param expected what it says is the next sequence.
     * @param mayHaveLost whether answers given before the disk had them may be void.
     */
    void reconnect(long expected, boolean mayHaveLost) {
        SimulationFailure.check(
                expected >= firstUnanswered || mayHaveLost,
                "next sequence of client " + index,
                expected,
                firstUnanswered);
        SimulationFailure.check(expected <= nextSequence, "next sequence of client " + index, expected, nextSequence);
        if (expected < firstUnanswered) {
            firstUnanswered = expected;
            nextSequence = expected; // What is lost is not known any more: something else comes in its place.
        }
        for (long sequence = expected; sequence < nextSequence; sequence++) {
            SimulationFailure.check(
                    !answered[slot(sequence)] || mayHaveLost, "answered, and lost, by client " + index, sequence, 0);
            answered[slot(sequence)] = false;
        }
        reconnect();
    }

    long duplicatesAnswered() {
        return duplicatesAnswered;
    }
}
