package io.doorbuster.engine.store;

import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Setting;
import org.agrona.UnsafeApi;

/**
 * What the engine knows about itself: position, time, settings, counts. Engine thread only.
 *
 * <pre>
 *   engine:    0 position int64 | 8 engine time int64 | 16 first engine time int64 | 24 refused frames int64
 *              32 attributes imputed int64 | 40 values clipped int64
 *   settings:  8 x int64 in a page-store row, by setting
 *   counts:    8 x int64 in a page-store row: events by record template id - 100; in the last row slates by rung
 * </pre>
 */
public final class EngineStore {
    /** Version of the engine whose state this is, see {@code Engine.VERSION}. */
    public static final int VERSION = 5;

    private static final int POSITION = 0;
    private static final int TIME = 8;
    private static final int FIRST_TIME = 16;
    private static final int REFUSED = 24;
    private static final int IMPUTED = 32;
    private static final int CLIPPED = 40;
    private static final int FIRST_TEMPLATE = 100;
    private static final int TEMPLATES = 64;
    private static final int ROW_BYTES = 64;
    private static final int PER_ROW = 8;
    private static final int SETTINGS_MAX = 128;

    private final PageStore row;
    private final PageStore settings;
    private final PageStore counts;

    EngineStore(PageStores stores) {
        row = new PageStore(stores, "engine", 70, ROW_BYTES, 1);
        counts = new PageStore(stores, "engine-counts", 71, ROW_BYTES, TEMPLATES / PER_ROW + 1);
        settings = new PageStore(stores, "engine-settings", 72, ROW_BYTES, SETTINGS_MAX / PER_ROW);
    }

    public long position() {
        return UnsafeApi.getLong(row.address(0) + POSITION);
    }

    /** The time that the engine lives by. */
    public long timeNs() {
        return UnsafeApi.getLong(row.address(0) + TIME);
    }

    /** Engine time of the first event; popularity counts from there. */
    public long firstTimeNs() {
        return UnsafeApi.getLong(row.address(0) + FIRST_TIME);
    }

    /** One event: the position moves on, time does not step back, the type is counted. */
    public void onEvent(long position, long timeNs, int templateId) {
        final long address = row.open(0);
        UnsafeApi.putLong(address + POSITION, position);
        UnsafeApi.putLong(address + TIME, timeNs);
        if (UnsafeApi.getLong(address + FIRST_TIME) == 0) {
            UnsafeApi.putLong(address + FIRST_TIME, timeNs);
        }
        row.close(0);
        final int slot = templateId - FIRST_TEMPLATE;
        if (slot >= 0 && slot < TEMPLATES) {
            count(slot / PER_ROW, slot % PER_ROW);
        }
    }

    private void count(int countsRow, int slot) {
        final long count = counts.open(countsRow) + 8L * slot;
        UnsafeApi.putLong(count, UnsafeApi.getLong(count) + 1);
        counts.close(countsRow);
    }

    /** A slate is made on a rung. */
    public void onSlate(Rung rung) {
        count(TEMPLATES / PER_ROW, rung.value());
    }

    /** Slates made on a rung. */
    public long slates(Rung rung) {
        return UnsafeApi.getLong(counts.address(TEMPLATES / PER_ROW) + 8L * rung.value());
    }

    /** Events of one record type. */
    public long count(int templateId) {
        final int slot = templateId - FIRST_TEMPLATE;
        return UnsafeApi.getLong(counts.address(slot / PER_ROW) + slot % PER_ROW * 8L);
    }

    /** Frames that the gateway refused, as ticks say. */
    public long refused() {
        return UnsafeApi.getLong(row.address(0) + REFUSED);
    }

    public void addRefused(long frames) {
        add(REFUSED, frames);
    }

    private void add(int field, long count) {
        final long address = row.open(0);
        UnsafeApi.putLong(address + field, UnsafeApi.getLong(address + field) + count);
        row.close(0);
    }

    /** Prices and ratings that the shop did not tell, and that something stands for. */
    public long imputed() {
        return UnsafeApi.getLong(row.address(0) + IMPUTED);
    }

    public void addImputed() {
        add(IMPUTED, 1);
    }

    /** Prices, and values of features in lessons, that were too extreme and were moved. */
    public long clipped() {
        return UnsafeApi.getLong(row.address(0) + CLIPPED);
    }

    public void addClipped(long values) {
        add(CLIPPED, values);
    }

    /** Writes the settings down, so that they are part of the state. */
    public void settings(Settings changed) {
        for (int i = 1; i < Settings.count(); i++) {
            final long address = settings.open(i / PER_ROW) + i % PER_ROW * 8L;
            UnsafeApi.putLong(address, changed.value(Setting.get(i)));
            settings.close(i / PER_ROW);
        }
    }
}
