package io.doorbuster.kernels;

/**
 * The transcendental functions, of one value. The vector unit computes them by the same operations in the same order, so
 * that a value has the same bits however many are computed at once.
 */
final class Polynomials {
    /** Beyond this the exponential saturates: the results stay normal floats. */
    static final float EXP_MAX = 87f;

    static final float LOG2_E = 1.442695f;
    static final float LN2_HIGH = 0.6933594f;
    static final float LN2_LOW = -2.1219444e-4f;

    /** Added and taken away again, it leaves the nearest integer; its low bits then are that integer. */
    static final float ROUNDER = 12_582_912f;

    static final int ROUNDER_BITS = 0x4B40_0000;

    static final float EXP_6 = 0.0013888889f;
    static final float EXP_5 = 0.008333333f;
    static final float EXP_4 = 0.041666668f;
    static final float EXP_3 = 0.16666667f;
    static final float EXP_2 = 0.5f;

    /** From here on tanh is one within the rounding of floats. */
    static final float TANH_MAX = 7.905311f;

    static final float TANH_P13 = -2.7607684e-16f;
    static final float TANH_P11 = 2.000188e-13f;
    static final float TANH_P9 = -8.604672e-11f;
    static final float TANH_P7 = 5.1222973e-8f;
    static final float TANH_P5 = 1.48572235e-5f;
    static final float TANH_P3 = 0.00063726195f;
    static final float TANH_P1 = 0.0048935246f;
    static final float TANH_Q6 = 1.1982584e-6f;
    static final float TANH_Q4 = 0.00011853471f;
    static final float TANH_Q2 = 0.0022684347f;
    static final float TANH_Q0 = 0.004893525f;

    static final double LN_2 = 0.6931471805599453;
    static final double SQRT_2 = 1.4142135623730951;

    /** The doubles from 2^52 are the integers: the bits of a small integer or-ed into it make it that integer more. */
    static final double TWO_52 = 0x1p52;

    static final long TWO_52_BITS = 0x4330_0000_0000_0000L;
    static final long MANTISSA = (1L << 52) - 1;
    static final long ONE_BITS = 1023L << 52;

    private Polynomials() {}

    static float exp(float x) {
        final float clamped = Math.max(-EXP_MAX, Math.min(EXP_MAX, x));
        final float rounded = clamped * LOG2_E + ROUNDER;
        final float n = rounded - ROUNDER;
        final float r = (clamped - n * LN2_HIGH) - n * LN2_LOW;
        float p = EXP_6;
        p = p * r + EXP_5;
        p = p * r + EXP_4;
        p = p * r + EXP_3;
        p = p * r + EXP_2;
        p = p * r + 1f;
        p = p * r + 1f;
        return p * Float.intBitsToFloat((Float.floatToRawIntBits(rounded) - ROUNDER_BITS + 127) << 23);
    }

    static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    static float tanh(float x) {
        final float clamped = Math.max(-TANH_MAX, Math.min(TANH_MAX, x));
        final float z = clamped * clamped;
        float p = TANH_P13;
        p = p * z + TANH_P11;
        p = p * z + TANH_P9;
        p = p * z + TANH_P7;
        p = p * z + TANH_P5;
        p = p * z + TANH_P3;
        p = p * z + TANH_P1;
        float q = TANH_Q6;
        q = q * z + TANH_Q4;
        q = q * z + TANH_Q2;
        q = q * z + TANH_Q0;
        return p * clamped / q;
    }

    static float log(float x) {
        if (!(x > 0)) {
            return x == 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
        }
        return x == Float.POSITIVE_INFINITY ? x : logOfFinite(x);
    }

    /** Of a positive float: every one is a normal double. */
    static float logOfFinite(float x) {
        final long bits = Double.doubleToRawLongBits(x);
        double exponent = Double.longBitsToDouble(bits >>> 52 | TWO_52_BITS) - TWO_52 - 1023;
        double mantissa = Double.longBitsToDouble(bits & MANTISSA | ONE_BITS);
        if (mantissa > SQRT_2) {
            mantissa *= 0.5;
            exponent += 1;
        }
        final double s = (mantissa - 1) / (mantissa + 1);
        final double z = s * s;
        double p = 1.0 / 15;
        p = p * z + 1.0 / 13;
        p = p * z + 1.0 / 11;
        p = p * z + 1.0 / 9;
        p = p * z + 1.0 / 7;
        p = p * z + 1.0 / 5;
        p = p * z + 1.0 / 3;
        p = p * z + 1;
        return (float) (exponent * LN_2 + 2 * s * p);
    }
}
