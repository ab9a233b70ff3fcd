package io.doorbuster.kernels;

/** Chooses the kernels once, and says why. */
final class KernelProvider {
    private static final String MODULE = "jdk.incubator.vector";

    /** The choice and the line that explains it. */
    record Choice(VectorKernels kernels, String description) {}

    private KernelProvider() {}

    static Choice choose(String wanted) {
        return switch (wanted) {
            case "scalar" -> new Choice(new ScalarKernels(), "scalar kernels: asked for by -Dkernels=scalar");
            case "simd", "" -> simd();
            default -> throw new IllegalArgumentException("kernels=" + wanted + " is neither scalar nor simd");
        };
    }

    private static Choice simd() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new IllegalStateException("the JVM was started without --add-modules " + MODULE
                    + "; start it with the flags of .config/jvm.options, or ask for -Dkernels=scalar");
        }
        final int bits = SimdKernels.widthBits();
        if (bits < SimdKernels.BITS_MIN) {
            return new Choice(
                    new ScalarKernels(),
                    "scalar kernels: the vector unit has " + bits + " bits, fewer than " + SimdKernels.BITS_MIN);
        }
        return new Choice(
                new SimdKernels(), "simd kernels: vectors of " + SimdKernels.usedBits() + " bits on a unit of " + bits);
    }
}
