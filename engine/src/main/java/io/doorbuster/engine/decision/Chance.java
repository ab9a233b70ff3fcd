package io.doorbuster.engine.decision;

/** Chance that replay repeats: a function of a seed and a number. */
public final class Chance {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Chance() {}

    /** Stafford's variant 13 of the MurmurHash3 finaliser; the engine's only source of chance is the event. */
    public static long mix(long value) {
        long z = value + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** The seed of an event. */
    public static long seed(long configured, long position) {
        return mix(configured ^ position * GOLDEN);
    }

    /** A float from -0.5 to below 0.5. */
    public static float uniform(long seed, long number) {
        return (int) (mix(seed + number) >>> 40) * 0x1p-24f - 0.5f;
    }

    /** A number from 0 to below {@code bound}. */
    public static int below(int bound, long seed, long number) {
        return (int) Long.remainderUnsigned(mix(seed + number), bound);
    }
}
