package io.doorbuster.simulator;

import java.util.Arrays;

/** What was handed to the process at each position, and what it came to there. Positions count from 1. */
final class History {
    /** Of an event that is no client's fact or command. */
    static final int NO_CLIENT = -1;

    /** Checksum of a record that has not been seen in the journal. */
    static final int UNSEEN = 0;

    private byte[] clients = new byte[1 << 16];
    private byte[] kinds = new byte[1 << 16];
    private short[] items = new short[1 << 16];
    private int[] quantities = new int[1 << 16];
    private int[] millis = new int[1 << 16];
    private int[] checksums = new int[1 << 16];
    private long[] reservations = new long[1 << 16];
    private long[] sequences = new long[1 << 16];
    private long[] timesNs = new long[1 << 16];
    private long[] stateHashes = new long[1 << 16];
    private long[] replyHashes = new long[1 << 16];
    private int last;

    /** Last position handed out. */
    int last() {
        return last;
    }

    void add(int client, long sequence, Operation operation, long timeNs) {
        final int position = ++last;
        if (position == clients.length) {
            grow(2 * position);
        }
        clients[position] = (byte) client;
        sequences[position] = sequence;
        kinds[position] = (byte) operation.kind;
        items[position] = (short) operation.item;
        quantities[position] = operation.quantity;
        reservations[position] = operation.reservation;
        millis[position] = (int) operation.millis;
        timesNs[position] = timeNs;
        checksums[position] = UNSEEN;
        stateHashes[position] = 0;
    }

    private void grow(int size) {
        clients = Arrays.copyOf(clients, size);
        kinds = Arrays.copyOf(kinds, size);
        items = Arrays.copyOf(items, size);
        quantities = Arrays.copyOf(quantities, size);
        millis = Arrays.copyOf(millis, size);
        checksums = Arrays.copyOf(checksums, size);
        reservations = Arrays.copyOf(reservations, size);
        sequences = Arrays.copyOf(sequences, size);
        timesNs = Arrays.copyOf(timesNs, size);
        stateHashes = Arrays.copyOf(stateHashes, size);
        replyHashes = Arrays.copyOf(replyHashes, size);
    }

    int client(int position) {
        return clients[position];
    }

    long sequence(int position) {
        return sequences[position];
    }

    long timeNs(int position) {
        return timesNs[position];
    }

    void read(int position, Operation into) {
        into.set(
                kinds[position] & 0xFF,
                items[position],
                quantities[position],
                reservations[position],
                millis[position]);
    }

    int checksum(int position) {
        return checksums[position];
    }

    void checksum(int position, int crc) {
        checksums[position] = crc;
    }

    void hashes(int position, long stateHash, long replyHash) {
        stateHashes[position] = stateHash;
        replyHashes[position] = replyHash;
    }

    /** Whether the hashes of the process that lived then are the same; true where none were noted. */
    boolean hasHashes(int position, long stateHash, long replyHash) {
        return stateHashes[position] == 0 || stateHashes[position] == stateHash && replyHashes[position] == replyHash;
    }

    /** What came after a position is lost, and is nobody's any more. */
    void cut(int position) {
        last = position;
    }

    void clear() {
        last = 0;
    }
}
