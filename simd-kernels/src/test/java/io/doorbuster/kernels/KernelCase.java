package io.doorbuster.kernels;

/** Every kernel, run over a {@link KernelMemory}; what it computes lies in {@link KernelMemory#out} afterwards. */
enum KernelCase {
    DOT {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            Memory.putFloat(memory.out, kernels.dot(memory.row(0), memory.row(1), memory.dims));
        }
    },
    GATHER_DOT {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.gatherDot(memory.row(0), memory.rowAddresses, KernelMemory.ROWS, memory.dims, memory.out);
        }
    },
    GATHER_DOT_BF16 {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.gatherDotBf16(memory.row(0), memory.bf16Addresses, KernelMemory.ROWS, memory.dims, memory.out);
        }
    },
    SCORE_TILES {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            for (final ScanFormat format : ScanFormat.values()) {
                for (int count = 1; count <= KernelMemory.TILES; count++) {
                    kernels.scoreTiles(
                            format,
                            query(format, memory),
                            memory.tiles(format),
                            count,
                            memory.bitmap,
                            memory.dims,
                            memory.out(64 * (5 * format.ordinal() + count)));
                }
            }
            onlyAllowed(memory);
        }

        // What is left of rows that are not allowed is not looked at.
        private void onlyAllowed(KernelMemory memory) {
            final long allowed = Memory.getLong(memory.bitmap);
            for (int i = 0; i < 64 * 16; i++) {
                if ((allowed >>> i & 1) == 0) {
                    Memory.putFloat(memory.out(i), 0f);
                }
            }
        }
    },
    SCORE_TILES_OF_FOUR {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            for (int count = 1; count <= KernelMemory.TILES; count++) {
                final long target = memory.out(1024 * count);
                kernels.scoreTilesOfFour(memory.rows, memory.tiles(ScanFormat.FP32), count, memory.dims, target, 256);
            }
        }
    },
    SCAN {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            for (final ScanFormat format : ScanFormat.values()) {
                final int at = 2 * KernelMemory.TOP * format.ordinal();
                Scan.topK(
                        kernels,
                        format,
                        query(format, memory),
                        memory.tiles(format),
                        KernelMemory.TILES,
                        memory.dims,
                        memory.bitmap,
                        KernelMemory.TOP,
                        memory.out(at),
                        memory.out(at + KernelMemory.TOP),
                        memory.scratch);
            }
        }
    },
    SCAN_OF_MANY {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            Scan.topKOfMany(
                    kernels,
                    memory.rows,
                    KernelMemory.QUERIES,
                    memory.tiles(ScanFormat.FP32),
                    KernelMemory.TILES,
                    memory.dims,
                    memory.bitmap,
                    KernelMemory.TOP,
                    memory.out,
                    memory.out(1000),
                    memory.out(2000),
                    memory.scratch);
        }
    },
    COUNTS {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            Memory.putLong(memory.out, kernels.above(memory.rows, Memory.getFloat(memory.row(2))));
            for (int i = 0; i < 80; i++) {
                final int key = Memory.getInt(memory.rows + 4L * i);
                Memory.putInt(memory.out(100 + i), kernels.countAbove(memory.rows, 80, key));
            }
            kernels.places(memory.rows, 80, memory.out(200));
        }
    },
    GATHER_TILE {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.gatherTile(memory.rowAddresses, 11, memory.dims, memory.out);
        }
    },
    DENSE {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            for (final Activation activation : Activation.values()) {
                final int outDims = 7;
                final int inDims = memory.dims - 3;
                kernels.dense(
                        memory.tiles(ScanFormat.FP32),
                        2,
                        inDims,
                        memory.rows,
                        memory.weights,
                        outDims,
                        activation,
                        memory.out(1000 * activation.ordinal()));
            }
        }
    },
    ADD_ACTIVATE {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            for (final Activation activation : Activation.values()) {
                kernels.addActivate(
                        memory.rows, 2, 16, memory.weights, activation, memory.out(1000 * activation.ordinal()));
            }
        }
    },
    WEIGHTED_SUM {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.weightedSum(memory.rowAddresses, memory.weights, 33, memory.dims, memory.out);
        }
    },
    EXP {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.exp(copyScaled(memory, 50f), 512, 1.5f);
        }
    },
    LOG {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            final long values = copyScaled(memory, 50f);
            for (int i = 0; i < 512; i++) {
                Memory.putInt(values + 4L * i, Memory.getInt(values + 4L * i) & Integer.MAX_VALUE);
            }
            kernels.log(values, 512);
        }
    },
    SIGMOID {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.sigmoid(copyScaled(memory, 20f), 512);
        }
    },
    TANH {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.tanh(copyScaled(memory, 5f), 512);
        }
    },
    REDUCTIONS {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            Memory.putFloat(memory.out, kernels.max(memory.rows, 1024));
            Memory.putFloat(memory.out(1), kernels.max(memory.rows, 16));
            Memory.putFloat(memory.out(2), kernels.sum(memory.rows, 1024));
            Memory.putFloat(memory.out(3), kernels.sum(memory.rows, 16));
            Memory.putFloat(memory.out(4), kernels.maxAbsolute(memory.rows, 1024));
        }
    },
    SGD_PAIR {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            final long v = copy(memory, false);
            kernels.sgdPair(v, v + 4096, 0.3f, 0.01f, 0.05f, memory.dims);
        }
    },
    ADAGRAD {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            final long row = copy(memory, true);
            for (int step = 0; step < 3; step++) {
                kernels.adagrad(row, row + 4096, memory.row(step), 0.1f, 1e-6f, memory.dims);
            }
        }
    },
    FTRL {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            final long row = copy(memory, true);
            for (int step = 0; step < 3; step++) {
                kernels.ftrl(row, row + 8192, row + 4096, memory.row(step), new Ftrl(0.1f, 0f, 0.2f, 0f), memory.dims);
                kernels.ftrl(row, row + 8192, row + 4096, memory.row(step), new Ftrl(0.1f, 1f, 0.2f, 3f), memory.dims);
            }
        }
    },
    ADAM {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            final long row = copy(memory, true);
            for (int step = 0; step < 3; step++) {
                final Adam parameters = new Adam(0.9f, 0.999f, 1e-8f);
                kernels.adam(row, row + 8192, row + 4096, memory.row(step), parameters, 0.01f, memory.dims);
            }
        }
    },
    BLEND {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.blend(copy(memory, false), memory.row(1), 0.125f, memory.dims);
        }
    },
    SCALE {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.scale(copy(memory, false), 1.7f, memory.dims);
        }
    },
    COMBINE {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.combine(copy(memory, false), 0.9f, memory.row(1), -0.3f, memory.dims);
        }
    },
    MULTIPLY_ADD {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.multiplyAdd(copy(memory, false), memory.row(1), memory.row(2), memory.dims);
        }
    },
    INT8 {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            final float max = kernels.maxAbsolute(memory.row(3), memory.dims);
            kernels.quantise(memory.row(3), NarrowFloats.int8Inverse(max), memory.dims, memory.out);
            kernels.dequantise(memory.out, NarrowFloats.int8Scale(max), memory.dims, memory.out(1024));
        }
    },
    BF16 {
        @Override
        void run(VectorKernels kernels, KernelMemory memory) {
            kernels.toBf16(memory.row(3), memory.dims, memory.out);
            kernels.fromBf16(memory.out, memory.dims, memory.out(1024));
        }
    };

    abstract void run(VectorKernels kernels, KernelMemory memory);

    private static long query(ScanFormat format, KernelMemory memory) {
        return format == ScanFormat.INT8 ? memory.quantised : memory.row(0);
    }

    /** Copies four rows into the results, 1,024 floats apart, so that a kernel may update them; the second as sums of squares. */
    private static long copy(KernelMemory memory, boolean withSquares) {
        for (int row = 0; row < 4; row++) {
            for (int i = 0; i < memory.dims; i++) {
                final float value = Memory.getFloat(memory.row(row) + 4L * i);
                Memory.putFloat(memory.out(1024 * row + i), withSquares && row == 1 ? Math.abs(value) : value);
            }
        }
        return memory.out;
    }

    private static long copyScaled(KernelMemory memory, float factor) {
        for (int i = 0; i < 512; i++) {
            Memory.putFloat(memory.out(i), Memory.getFloat(memory.rows + 4L * i) * factor);
        }
        return memory.out;
    }
}
