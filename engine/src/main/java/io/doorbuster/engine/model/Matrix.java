package io.doorbuster.engine.model;

import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;

/**
 * A matrix for {@code y = W.x}, off the heap. Immutable, any thread.
 *
 * <pre>
 *   row addresses int64[rows] | rows, each padded with zeros to a multiple of 16 floats
 * </pre>
 */
final class Matrix {
    private final ByteBuffer memory;
    private final int rows;
    private final int columns;

    /** Of values row by row. */
    Matrix(float[] values, int rows) {
        this.rows = rows;
        final int given = values.length / rows;
        columns = padded(given);
        final int first = (Long.BYTES * rows + 63) & -64;
        memory =
                BufferUtil.allocateDirectAligned(first + 4 * rows * columns, 64).order(ByteOrder.LITTLE_ENDIAN);
        final long address = BufferUtil.address(memory);
        for (int row = 0; row < rows; row++) {
            final int at = first + 4 * row * columns;
            memory.putLong(Long.BYTES * row, address + at);
            for (int column = 0; column < given; column++) {
                memory.putFloat(at + 4 * column, values[row * given + column]);
            }
        }
    }

    /** Floats of a vector of so many dimensions with its zeros. */
    static int padded(int dims) {
        return dims + Kernels.DIMS_STEP - 1 & -Kernels.DIMS_STEP;
    }

    /**
     * Multiplies.
     *
     * @param x address of a vector, with zeros up to a multiple of 16.
     * @param y address of float[rows], written.
     */
    void multiply(long x, long y) {
        Kernels.gatherDot(x, BufferUtil.address(memory), rows, columns, y);
    }
}
