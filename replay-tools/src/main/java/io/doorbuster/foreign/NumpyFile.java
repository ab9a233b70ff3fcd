package io.doorbuster.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a matrix that {@code numpy.save} wrote, format 1 or 2:
 *
 * <pre>
 *   0 \x93NUMPY | 6 version | 8 header length uint16, in format 2 uint32 | header, a Python dict | data
 *   {'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 64), }
 * </pre>
 */
public final class NumpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern TYPE = Pattern.compile("'descr':\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");
    private static final Pattern TWO = Pattern.compile("\\s*(\\d{1,9})\\s*,\\s*(\\d{1,9})\\s*,?\\s*");

    private NumpyFile() {}

    /** @throws ForeignFileException when it is no such file, of other types or order, or cut off. */
    public static Matrix read(Path file) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.capacity() < 12 || !bytes.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw new ForeignFileException(file + ": it is no .npy file: write it with numpy.save");
        }
        final int version = bytes.get(6);
        if (version != 1 && version != 2) {
            throw new ForeignFileException(file + ": .npy format " + version + " is not read, 1 and 2 are");
        }
        final int begin = version == 1 ? 10 : 12;
        final long headerLength = version == 1 ? bytes.getShort(8) & 0xFFFF : bytes.getInt(8) & 0xFFFF_FFFFL;
        if (begin + headerLength > bytes.capacity()) {
            throw new ForeignFileException(file + ": it is cut off inside its header");
        }
        final String header = new String(bytes.array(), begin, (int) headerLength, StandardCharsets.ISO_8859_1);
        final String type = find(TYPE, header, file);
        if (!type.equals("<f4") && !type.equals("<f8")) {
            throw new ForeignFileException(file + ": its type is " + type + ", and '<f4' or '<f8' are read: convert it"
                    + " with .astype('<f4')");
        }
        if (find(ORDER, header, file).equals("True")) {
            throw new ForeignFileException(
                    file + ": it lies column by column (Fortran order): convert it with numpy.ascontiguousarray");
        }
        final Matcher shape = TWO.matcher(find(SHAPE, header, file));
        if (!shape.matches()) {
            throw new ForeignFileException(file + ": its shape is (" + find(SHAPE, header, file)
                    + "), and a matrix (n, dimensions) is wanted");
        }
        bytes.position(begin + (int) headerLength);
        return Matrix.of(
                file,
                bytes,
                Long.parseLong(shape.group(1)),
                Long.parseLong(shape.group(2)),
                type.equals("<f8") ? Double.BYTES : Float.BYTES);
    }

    private static String find(Pattern pattern, String header, Path file) throws ForeignFileException {
        final Matcher found = pattern.matcher(header);
        if (!found.find()) {
            throw new ForeignFileException(file + ": its header is not one of numpy's: " + header.strip());
        }
        return found.group(1);
    }
}
