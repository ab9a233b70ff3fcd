package io.doorbuster.kernels;

/**
 * How the vectors of 16 items lie in one tile. Word (w, lane) of a tile is the 32-bit word at {@code (w * 16 + lane) * 4},
 * little-endian; a word holds one or more dimensions of the item of its lane:
 *
 * <pre>
 *   FP32   word d        dimension d, float
 *   BF16   word w        dimension 2w in the low half, 2w + 1 in the high half: the upper halves of floats
 *   INT8   word w        dimensions 4w .. 4w + 3, lowest byte first, in units of the item's scale
 *   then   (INT8 only)   16 scales, float
 *   then                 16 biases, float
 * </pre>
 */
public enum ScanFormat {
    FP32(1),
    BF16(2),
    INT8(4);

    private final int dimsPerWord;

    ScanFormat(int dimsPerWord) {
        this.dimsPerWord = dimsPerWord;
    }

    /** Rows of words that hold the vectors of a tile. */
    int words(int dims) {
        return dims / dimsPerWord;
    }

    /** Bytes of one tile of {@code dims} dimensions. */
    public long tileBytes(int dims) {
        return (words(dims) + (this == INT8 ? 2 : 1)) * 64L;
    }
}
