package io.doorbuster.kernels;

/** Floats in 16 and in 8 bits. */
final class NarrowFloats {
    /** Vectors with no larger component are taken for zero: their scale would not be a normal float. */
    private static final float INT8_SMALLEST = 1e-30f;

    private NarrowFloats() {}

    /** The nearest float whose lower half is zero, ties to the even one; its upper half. */
    static short toBf16(int bits) {
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    /** What one unit is worth, so that the largest component becomes 127. */
    static float int8Scale(float maxAbsolute) {
        return maxAbsolute < INT8_SMALLEST ? 0f : maxAbsolute / 127f;
    }

    /** What components are multiplied with. */
    static float int8Inverse(float maxAbsolute) {
        return maxAbsolute < INT8_SMALLEST ? 0f : 127f / maxAbsolute;
    }

    /** The nearest integer from -127 to 127, ties to the even one. */
    static byte toInt8(float value, float inverse) {
        final float clamped = Math.max(-127f, Math.min(127f, value * inverse));
        return (byte) Float.floatToRawIntBits(clamped + Polynomials.ROUNDER);
    }
}
