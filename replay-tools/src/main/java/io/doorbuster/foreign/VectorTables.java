package io.doorbuster.foreign;

import io.doorbuster.client.ItemIds;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.Tensor;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes a model of kind {@code vectors} of matrices and lists of ids, an id a line. One thread. */
public final class VectorTables {
    private static final int NAMED_MAX = 5;

    private final @Nullable KnownIds known;
    private final List<String> notes = new ArrayList<>();

    /**
     * Tables to come.
     *
     * @param known the shop's ids; without them items are mapped as a client maps them, and shoppers must be given as
     *     surrogates.
     */
    public VectorTables(@Nullable KnownIds known) {
        this.known = known;
    }

    /** What somebody should know who imports: rounding, zeros, ids that are in no catalogue. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The model.
     *
     * @throws ForeignFileException when a table and its ids are not of one length, or an id is there twice.
     */
    public ModelFile model(String name, Matrix items, Path itemIds, Matrix shoppers, Path shopperIds)
            throws IOException {
        if (items.columns() != shoppers.columns()) {
            throw new ForeignFileException("item vectors have " + items.columns() + " dimensions, and shopper vectors "
                    + shoppers.columns() + ": a score is their dot product");
        }
        final long[] itemKeys = items(itemIds, items.rows());
        final long[] shopperKeys = shoppers(shopperIds, shoppers.rows());
        if (items.isNarrowed() || shoppers.isNarrowed()) {
            notes.add("values of 64 bits were rounded to 32: about 7 digits are kept");
        }
        if (items.paddedColumns() != items.columns()) {
            notes.add("vectors of " + items.columns() + " got zeros up to " + items.paddedColumns()
                    + " dimensions; dot products stay as they are");
        }
        final int[] kept = IntStream.range(0, shopperKeys.length)
                .filter(i -> shopperKeys[i] != 0)
                .toArray();
        return ModelFile.of(
                ModelKind.VECTORS,
                name,
                Map.of("imported", "vectors of " + items.columns() + " dimensions"),
                List.of(
                        Tensor.ids("item.ids", itemKeys),
                        items.padded(
                                "item.vectors", IntStream.range(0, items.rows()).toArray()),
                        Tensor.ids(
                                "shopper.ids",
                                IntStream.of(kept)
                                        .mapToLong(i -> shopperKeys[i])
                                        .toArray()),
                        shoppers.padded("shopper.vectors", kept)));
    }

    /**
     * Items of a list of ids, in its order.
     *
     * @throws ForeignFileException when there are not so many, one is there twice, or the shop knows none of them.
     */
    public long[] items(Path file, int rows) throws IOException {
        final List<String> lines = lines(file, rows);
        final KnownIds ids = known;
        final long[] keys = lines.stream()
                .mapToLong(line -> ids == null ? ItemIds.of(line) : ids.item(line))
                .toArray();
        refuseTwice(file, lines, keys);
        if (ids != null) {
            final List<String> missing = IntStream.range(0, keys.length)
                    .filter(i -> !ids.hasItem(keys[i]))
                    .mapToObj(lines::get)
                    .toList();
            note(file, missing, keys.length, "are not in the catalogue; their vectors wait until they are");
        }
        return keys;
    }

    private long[] shoppers(Path file, int rows) throws IOException {
        final List<String> lines = lines(file, rows);
        final KnownIds ids = known;
        if (ids == null) {
            final long[] keys = new long[rows];
            for (int i = 0; i < rows; i++) {
                keys[i] = surrogate(file, i + 1, lines.get(i));
            }
            refuseTwice(file, lines, keys);
            return keys;
        }
        final long[] keys = ids.shoppers(lines);
        refuseTwice(file, lines, keys);
        final List<String> missing = IntStream.range(0, rows)
                .filter(i -> keys[i] == 0)
                .mapToObj(lines::get)
                .toList();
        note(file, missing, rows, "are shoppers who were never seen; their vectors are left out");
        return keys;
    }

    private static long surrogate(Path file, int line, String text) throws ForeignFileException {
        try {
            final long surrogate = Long.parseLong(text);
            if (surrogate != 0) {
                return surrogate;
            }
        } catch (NumberFormatException e) {
            throw new ForeignFileException(
                    file + ": line " + line + ", " + text
                            + ", is no surrogate: give --data, and shoppers by the shop's ids",
                    e);
        }
        throw new ForeignFileException(file + ": line " + line + ": 0 is nobody's surrogate");
    }

    /** Says how many, and the first of them; all of them cannot be right. */
    private void note(Path file, List<String> missing, int of, String what) throws ForeignFileException {
        if (missing.isEmpty()) {
            return;
        }
        final String said = String.format(
                "%s: %,d of %,d ids %s: %s%s",
                file,
                missing.size(),
                of,
                what,
                String.join(", ", missing.subList(0, Math.min(NAMED_MAX, missing.size()))),
                missing.size() > NAMED_MAX ? ", ..." : "");
        if (missing.size() == of) {
            throw new ForeignFileException(said + "; is this the right --data, or are these other ids?");
        }
        notes.add(said);
    }

    private static List<String> lines(Path file, int rows) throws IOException {
        final List<String> lines;
        try {
            lines = Files.readAllLines(file).stream().map(String::strip).toList();
        } catch (CharacterCodingException e) {
            throw new ForeignFileException(file + ": it is not UTF-8", e);
        }
        final int empty = lines.indexOf("");
        if (empty >= 0) {
            throw new ForeignFileException(file + ": line " + (empty + 1) + " is empty: one id a line, one a vector");
        }
        if (lines.size() != rows) {
            throw new ForeignFileException(
                    file + ": " + lines.size() + " ids for " + rows + " vectors: one id a line, one a vector");
        }
        return lines;
    }

    private static void refuseTwice(Path file, List<String> lines, long[] keys) throws ForeignFileException {
        final Map<Long, String> seen = new HashMap<>();
        for (int i = 0; i < keys.length; i++) {
            final String before = keys[i] == 0 ? null : seen.put(keys[i], lines.get(i));
            if (before != null) {
                throw new ForeignFileException(file + ": line " + (i + 1) + ", " + lines.get(i) + ", is the same id as "
                        + before + " before it");
            }
        }
    }
}
