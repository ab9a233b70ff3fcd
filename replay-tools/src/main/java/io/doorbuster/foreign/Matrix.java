package io.doorbuster.foreign;

import io.doorbuster.engine.model.Tensor;
import io.doorbuster.kernels.Kernels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Vectors, one a row. Immutable. */
public final class Matrix {
    private final int rows;
    private final int columns;
    private final float[] values;
    private final boolean isNarrowed;

    private Matrix(int rows, int columns, float[] values, boolean isNarrowed) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
        this.isNarrowed = isNarrowed;
    }

    /**
     * The matrix of a .npy file, or one of a .safetensors file.
     *
     * @param tensor which one, of a .safetensors file.
     */
    public static Matrix read(Path file, @Nullable String tensor) throws IOException {
        if (!file.toString().endsWith(".safetensors")) {
            return NumpyFile.read(file);
        }
        if (tensor == null) {
            throw new IllegalArgumentException(file + " may hold many tensors: say which, --tensor NAME");
        }
        return SafetensorsFile.read(file, tensor);
    }

    /** Little-endian floats of 4 or 8 bytes, row by row. */
    static Matrix of(Path file, ByteBuffer data, long rows, long columns, int valueBytes) throws ForeignFileException {
        if (rows < 1 || columns < 1 || columns > Kernels.DIMS_MAX || rows > Integer.MAX_VALUE / (8 * columns)) {
            throw new ForeignFileException(file + ": " + rows + " vectors of " + columns + " are not served: from 1 to "
                    + Kernels.DIMS_MAX + " dimensions");
        }
        final int count = (int) (rows * columns);
        if (data.remaining() != (long) count * valueBytes) {
            throw new ForeignFileException(file + ": " + data.remaining() + " bytes of data are there, " + rows + " x "
                    + columns + " values need " + (long) count * valueBytes + ": it is cut off, or not what it says");
        }
        final ByteBuffer from = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        final float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = valueBytes == Double.BYTES ? (float) from.getDouble(8 * i) : from.getFloat(4 * i);
            if (!Float.isFinite(values[i])) {
                throw new ForeignFileException(
                        file + ": row " + i / columns + ", column " + i % columns + " is " + values[i]);
            }
        }
        return new Matrix((int) rows, (int) columns, values, valueBytes == Double.BYTES);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Whether values of 8 bytes were rounded to 4. */
    public boolean isNarrowed() {
        return isNarrowed;
    }

    /** Dimensions with the zeros that kernels want behind each row; they change no dot product. */
    public int paddedColumns() {
        return (columns + Kernels.DIMS_STEP - 1) / Kernels.DIMS_STEP * Kernels.DIMS_STEP;
    }

    /** One row, padded. */
    public float[] row(int row) {
        final float[] wide = new float[paddedColumns()];
        System.arraycopy(values, row * columns, wide, 0, columns);
        return wide;
    }

    /** Some of the rows, padded. */
    Tensor padded(String name, int[] chosen) {
        final int width = paddedColumns();
        final float[] wide = new float[chosen.length * width];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(values, chosen[i] * columns, wide, i * width, columns);
        }
        return Tensor.floats(name, wide, chosen.length, width);
    }
}
