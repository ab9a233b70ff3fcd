package io.doorbuster.kernels;

import java.lang.foreign.Arena;

/**
 * Prints a hash over the results of every kernel, then what computed them. It repeats the same round, so that the interpreter
 * and each compiler in turn have to give the same bits. One thread.
 */
final class KernelHash {
    private KernelHash() {}

    public static void main(String[] arguments) {
        final int rounds = Integer.parseInt(arguments[0]);
        final VectorKernels kernels =
                KernelProvider.choose(System.getProperty("kernels", "")).kernels();
        long first = 0;
        try (Arena arena = Arena.ofConfined()) {
            final KernelMemory[] memories = {new KernelMemory(arena, 16), new KernelMemory(arena, 80)};
            for (int round = 0; round < rounds; round++) {
                long sum = 0;
                for (final KernelMemory memory : memories) {
                    sum = 31 * sum + round(kernels, memory);
                }
                if (round > 0 && sum != first) {
                    throw new IllegalStateException("round=" + round + " has hash " + sum + ", the first " + first);
                }
                first = sum;
            }
        }
        System.out.println(Long.toHexString(first) + " " + Kernels.description());
    }

    private static long round(VectorKernels kernels, KernelMemory memory) {
        long hash = 0;
        for (final KernelMemory.Data data : KernelMemory.Data.values()) {
            memory.fill(data, 7);
            for (final KernelCase kernel : KernelCase.values()) {
                kernel.run(kernels, memory);
                hash = mix(hash, memory);
            }
            Kernels.attentionPool(
                    memory.row(0), memory.rowAddresses, 33, memory.dims, 0.1f, memory.out, memory.out(64));
            hash = mix(hash, memory);
            Memory.putFloat(memory.out, Kernels.cosine(memory.row(0), memory.row(1), memory.dims));
            hash = mix(hash, memory);
        }
        return hash;
    }

    private static long mix(long start, KernelMemory memory) {
        long hash = start;
        for (int i = 0; i < KernelMemory.OUT_FLOATS; i++) {
            hash = 31 * hash + Memory.getInt(memory.out(i));
        }
        return hash;
    }
}
