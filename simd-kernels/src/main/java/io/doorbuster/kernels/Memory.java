package io.doorbuster.kernels;

import java.lang.foreign.MemorySegment;
import org.agrona.UnsafeApi;

/** The whole address space as one segment of one kind, so that no kernel call meets a second kind of segment. */
@SuppressWarnings("restricted") // Native access is what this module is for; bounds are asserted by its callers.
final class Memory {
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Memory() {}

    static float getFloat(long address) {
        return UnsafeApi.getFloat(address);
    }

    static void putFloat(long address, float value) {
        UnsafeApi.putFloat(address, value);
    }

    static int getInt(long address) {
        return UnsafeApi.getInt(address);
    }

    static void putInt(long address, int value) {
        UnsafeApi.putInt(address, value);
    }

    static long getLong(long address) {
        return UnsafeApi.getLong(address);
    }

    static void putLong(long address, long value) {
        UnsafeApi.putLong(address, value);
    }

    static short getShort(long address) {
        return UnsafeApi.getShort(address);
    }

    static void putShort(long address, short value) {
        UnsafeApi.putShort(address, value);
    }

    static byte getByte(long address) {
        return UnsafeApi.getByte(address);
    }

    static void putByte(long address, byte value) {
        UnsafeApi.putByte(address, value);
    }
}
