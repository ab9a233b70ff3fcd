package io.doorbuster.client;

import java.nio.charset.StandardCharsets;

/**
 * From a shop's textual ids to the 64-bit ids of the protocol. The engine refuses an upsert whose text does not belong to
 * its id, so two texts that collide are found at once.
 */
public final class ItemIds {
    private static final long HASHED = Long.MIN_VALUE;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;
    private static final int DIGITS_MAX = 18;

    private ItemIds() {}

    /** Decimal text without leading zeros keeps its number; any other text is hashed (FNV-1a), with the top bit set. */
    public static long of(String text) {
        if (isNumber(text)) {
            return Long.parseLong(text);
        }
        return HASHED | fnv(text);
    }

    private static boolean isNumber(String text) {
        if (text.isEmpty() || text.length() > DIGITS_MAX || text.charAt(0) == '0') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** 32-bit code of a brand or category by its name; 0 for an empty one. */
    public static long code(String name) {
        if (name.isEmpty()) {
            return 0;
        }
        final long hash = fnv(name);
        return Math.max(1, (hash ^ (hash >>> 32)) & 0x7FFFFFFFL);
    }

    private static long fnv(String text) {
        long hash = FNV_OFFSET;
        for (final byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }
}
