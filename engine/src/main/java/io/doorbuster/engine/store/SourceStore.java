package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * What each source of facts and commands sent last, and what became of it. Engine thread only.
 *
 * <pre>
 *   row:       0 row table (key = source) | 24 last sequence int64
 *   outcomes:  2 x {position int64, outcome int32, 0, detail int64} in a page-store row, so that a new one costs the hash of
 *              its own line only
 * </pre>
 *
 * The outcome of sequence s lies in slot s mod {@link #OUTCOMES} of its source, which is enough because sequences are dense.
 */
public final class SourceStore {
    /** Row of a source that is not there. */
    public static final int NONE = RowTable.NONE;

    /** Outcomes remembered for each source. */
    public static final int OUTCOMES = 64;

    private static final int LAST_SEQUENCE = 24;
    private static final int ENTRY_BYTES = 24;
    private static final int LINE_BYTES = 64;
    private static final int ENTRIES_PER_LINE = 2;
    private static final int LINES = OUTCOMES / ENTRIES_PER_LINE;

    private final RowTable table;
    private final PageStore rows;
    private final PageStore outcomes;

    SourceStore(PageStores stores, int sourcesMax) {
        table = new RowTable(stores, "sources", 50, LINE_BYTES, sourcesMax);
        rows = table.rows();
        outcomes = new PageStore(stores, "source-outcomes", 53, LINE_BYTES, Math.multiplyExact(sourcesMax, LINES));
    }

    /** Row of a source, or {@link #NONE}. */
    public int rowOf(long source) {
        return table.rowOf(source);
    }

    /** Whether there is no row for another source. None is ever evicted: its facts, sent again, would count twice. */
    public boolean isFull() {
        return table.isFull();
    }

    /** Makes the row of a source that has none; the store is not full. */
    public int add(long source) {
        return table.add(source);
    }

    public int inUse() {
        return table.inUse();
    }

    /** Sources that there is room for. */
    public int max() {
        return rows.rowCount();
    }

    /** Takes a source and its last sequence. */
    public interface SourceHandler {
        void onSource(long source, long lastSequence);
    }

    /** Hands over every source that is remembered, in the order of their rows. */
    public void forEach(SourceHandler handler) {
        for (int row = 0; row < table.highWater(); row++) {
            if (table.key(row) != 0) {
                handler.onSource(table.key(row), lastSequence(row));
            }
        }
    }

    /** Source in a row below {@link #inUse()}. */
    long source(int row) {
        return table.key(row);
    }

    /** Last sequence applied or refused with an outcome of its own; 0 = none. */
    public long lastSequence(int row) {
        return UnsafeApi.getLong(rows.address(row) + LAST_SEQUENCE);
    }

    private static int line(int row, long sequence) {
        return row * LINES + (int) (sequence & (OUTCOMES - 1)) / ENTRIES_PER_LINE;
    }

    private long entry(int row, long sequence) {
        return outcomes.address(line(row, sequence)) + sequence % ENTRIES_PER_LINE * ENTRY_BYTES;
    }

    /** Whether the outcome of a sequence up to the last is still remembered. */
    public boolean remembers(int row, long sequence) {
        return sequence > 0 && sequence > lastSequence(row) - OUTCOMES;
    }

    public long position(int row, long sequence) {
        return UnsafeApi.getLong(entry(row, sequence));
    }

    /** Outcome as its number in the schema. */
    public int outcome(int row, long sequence) {
        return UnsafeApi.getInt(entry(row, sequence) + 8);
    }

    public long detail(int row, long sequence) {
        return UnsafeApi.getLong(entry(row, sequence) + 16);
    }

    /** Remembers what became of the next sequence of a source. */
    public void remember(int row, long sequence, long position, int outcome, long detail) {
        final int line = line(row, sequence);
        outcomes.open(line);
        final long entry = entry(row, sequence);
        UnsafeApi.putLong(entry, position);
        UnsafeApi.putInt(entry + 8, outcome);
        UnsafeApi.putLong(entry + 16, detail);
        outcomes.close(line);
        UnsafeApi.putLong(rows.open(row) + LAST_SEQUENCE, sequence);
        rows.close(row);
    }
}
