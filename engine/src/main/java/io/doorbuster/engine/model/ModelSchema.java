package io.doorbuster.engine.model;

import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.kernels.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which tensors and metadata belong to a model of each kind; all are F32 but for ids. n items, m shoppers, F features:
 *
 * <pre>
 *   network      features, activation = relu | tanh | sigmoid
 *                mean[F] deviation[F] layer0.weight[H0,F] layer0.bias[H0] layer1.weight[H1,H0] ... the last one has one row
 *   towers       shopper.features of SESSION_VECTOR (the embedding's dimensions, length 1), NEIGHBOURS_SUM, HISTORY_LENGTH, AWAY
 *                item.features of ITEM_VECTOR (the same), SESSIONS, POPULARITY, RECENCY, CONVERSION
 *                shopper.mean[Fu] shopper.deviation[Fu] shopper.weight[K,Fu] item.mean[Fi] item.deviation[Fi] item.weight[K,Fi] bias[K]
 *   interaction  item.ids[n] item.vectors[n,d] shopper.ids[m] shopper.vectors[m,s] projection[d,s]
 *                hidden.weight[h,d] hidden.bias[h] output.weight[h] output.bias[1]
 *   vectors      item.ids[n] item.vectors[n,d] shopper.ids[m] shopper.vectors[m,d]
 *   session      item.ids[n] item.vectors[n,d] position[15,d], row 0 = the session's last item
 *                query[d,d] key[d,d] value[d,d] out[d,d] ffn1.weight[2d,d] ffn1.bias[2d] ffn2.weight[d,2d] ffn2.bias[d]
 * </pre>
 *
 * A weight multiplies its input from the left: {@code y = W.x}. A feature is used as {@code (x - mean) / deviation}. d, s and h
 * are multiples of 16 up to 512, d of a session up to 256. Ids of shoppers are surrogates, as in the journal.
 */
public final class ModelSchema {
    /** Layers of a network. */
    static final int LAYERS_MAX = 4;

    /** Units of a network's layer, and of a tower. */
    static final int WIDTH_MAX = 256;

    private static final int SESSION_DIMS_MAX = Kernels.DIMS_MAX / 2;

    /** The session's vector among the features of a tower. */
    public static final String SESSION_VECTOR = "SESSION_VECTOR";

    /** The item's vector among the features of a tower. */
    public static final String ITEM_VECTOR = "ITEM_VECTOR";

    /** What the shopper's tower may read. */
    public static final List<String> SHOPPER_FEATURES =
            List.of(SESSION_VECTOR, Feature.NEIGHBOURS_SUM.name(), Feature.HISTORY_LENGTH.name(), Feature.AWAY.name());
    /** What the item's tower may read. */
    public static final List<String> ITEM_FEATURES = List.of(
            ITEM_VECTOR,
            Feature.SESSIONS.name(),
            Feature.POPULARITY.name(),
            Feature.RECENCY.name(),
            Feature.CONVERSION.name());

    private final SortedMap<String, ModelHeader.Place> unread;
    private final SortedMap<String, String> metadata;

    private ModelSchema(ModelHeader header) {
        unread = new TreeMap<>(header.tensors());
        metadata = header.metadata();
    }

    /** Throws unless all tensors of the kind are there, in their shapes, and no others. */
    static void check(ModelKind kind, ModelHeader header) throws ModelRefusedException {
        final ModelSchema schema = new ModelSchema(header);
        switch (kind) {
            case NETWORK -> schema.checkNetwork();
            case TOWERS -> schema.checkTowers();
            case INTERACTION -> schema.checkInteraction();
            case VECTORS -> schema.checkVectors();
            case SESSION -> schema.checkSession();
        }
        if (!schema.unread.isEmpty()) {
            throw new ModelRefusedException("tensor " + schema.unread.firstKey() + ": a model of kind " + kind.word()
                    + " has none of this name");
        }
    }

    private void checkNetwork() throws ModelRefusedException {
        final int features = features(metadata, "features", allFeatures()).size();
        final String activation = metadata.getOrDefault("activation", "");
        if (!List.of("relu", "tanh", "sigmoid").contains(activation)) {
            throw new ModelRefusedException("activation=" + activation + " is none of relu, tanh, sigmoid");
        }
        take("mean", features);
        take("deviation", features);
        int width = features;
        int layers = 0;
        while (layers == 0 || unread.containsKey("layer" + layers + ".weight")) {
            final List<Integer> shape = take("layer" + layers + ".weight", 0, width);
            width = shape.getFirst();
            if (width > WIDTH_MAX || layers == LAYERS_MAX) {
                throw new ModelRefusedException("tensor layer" + layers + ".weight: a network has up to " + LAYERS_MAX
                        + " layers of up to " + WIDTH_MAX + " units");
            }
            take("layer" + layers + ".bias", width);
            layers++;
        }
        if (width != 1) {
            throw new ModelRefusedException(
                    "tensor layer" + (layers - 1) + ".weight: the last layer has " + width + " rows instead of 1");
        }
    }

    private void checkTowers() throws ModelRefusedException {
        final int units = take("bias", 0).getFirst();
        if (units > WIDTH_MAX) {
            throw new ModelRefusedException("tensor bias: a tower has up to " + WIDTH_MAX + " units");
        }
        checkTower("shopper", SESSION_VECTOR, SHOPPER_FEATURES, units);
        checkTower("item", ITEM_VECTOR, ITEM_FEATURES, units);
    }

    private void checkTower(String side, String vector, List<String> known, int units) throws ModelRefusedException {
        final List<String> features = features(metadata, side + ".features", known);
        final int width = take(side + ".weight", units, 0).get(1);
        if (width > Kernels.DIMS_MAX) {
            throw new ModelRefusedException("tensor " + side + ".weight: it has " + width + " columns, and up to "
                    + Kernels.DIMS_MAX + " are read");
        }
        if (features.contains(vector)) {
            checkDims(side + ".weight", width - (features.size() - 1));
        } else if (width != features.size()) {
            throw new ModelRefusedException(
                    "tensor " + side + ".weight: it has " + width + " columns for " + features.size() + " features");
        }
        take(side + ".mean", width);
        take(side + ".deviation", width);
    }

    private void checkInteraction() throws ModelRefusedException {
        final int dims = takeTable("item");
        final int shopperDims = takeTable("shopper");
        take("projection", dims, shopperDims);
        final int hidden = take("hidden.weight", 0, dims).getFirst();
        checkDims("hidden.weight", hidden);
        take("hidden.bias", hidden);
        take("output.weight", hidden);
        take("output.bias", 1);
    }

    private void checkVectors() throws ModelRefusedException {
        final int dims = takeTable("item");
        if (takeTable("shopper") != dims) {
            throw new ModelRefusedException(
                    "tensor shopper.vectors: its rows are not as long as those of item.vectors");
        }
    }

    private void checkSession() throws ModelRefusedException {
        final int dims = takeTable("item");
        if (dims > SESSION_DIMS_MAX) {
            throw new ModelRefusedException(
                    "tensor item.vectors: a session has up to " + SESSION_DIMS_MAX + " dimensions, not " + dims);
        }
        take("position", SessionStore.ITEMS_MAX, dims);
        for (final String name : List.of("query", "key", "value", "out")) {
            take(name, dims, dims);
        }
        take("ffn1.weight", 2 * dims, dims);
        take("ffn1.bias", 2 * dims);
        take("ffn2.weight", dims, 2 * dims);
        take("ffn2.bias", dims);
    }

    /** Ids and their vectors; gives the dimensions. */
    private int takeTable(String side) throws ModelRefusedException {
        final ModelHeader.Place ids = unread.get(side + ".ids");
        if (ids != null && (!ids.isIds() || ids.shape().size() != 1)) {
            throw new ModelRefusedException("tensor " + side + ".ids: it is not one row of I64");
        }
        final int count = require(side + ".ids").shape().getFirst();
        final int dims = take(side + ".vectors", count, 0).get(1);
        checkDims(side + ".vectors", dims);
        return dims;
    }

    private static void checkDims(String name, int dims) throws ModelRefusedException {
        if (dims < Kernels.DIMS_STEP || dims > Kernels.DIMS_MAX || dims % Kernels.DIMS_STEP != 0) {
            throw new ModelRefusedException("tensor " + name + ": " + dims + " dimensions are not a multiple of "
                    + Kernels.DIMS_STEP + " up to " + Kernels.DIMS_MAX);
        }
    }

    private ModelHeader.Place require(String name) throws ModelRefusedException {
        final ModelHeader.Place place = unread.remove(name);
        if (place == null) {
            throw new ModelRefusedException("tensor " + name + " is missing");
        }
        return place;
    }

    /** Floats of a shape; 0 = any number there. */
    private List<Integer> take(String name, int... shape) throws ModelRefusedException {
        final ModelHeader.Place place = require(name);
        boolean fits = !place.isIds() && place.shape().size() == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] == 0 || shape[i] == place.shape().get(i);
        }
        if (!fits) {
            throw new ModelRefusedException("tensor " + name + ": it is " + (place.isIds() ? "I64" : "F32")
                    + place.shape() + ", and F32"
                    + Arrays.toString(shape).replace("[0,", "[n,").replace(" 0]", " n]")
                    + " belongs there");
        }
        return place.shape();
    }

    /** Names of all features that the live ranker has. */
    static List<String> allFeatures() {
        return Arrays.stream(Feature.values()).map(Feature::name).toList();
    }

    /** The features that a metadata entry names, each once and known. */
    static List<String> features(SortedMap<String, String> metadata, String key, List<String> known)
            throws ModelRefusedException {
        final String json = metadata.get(key);
        if (json == null) {
            throw new ModelRefusedException("metadata " + key + " is missing");
        }
        final List<String> names = new ArrayList<>();
        for (final String name : ModelHeader.parseWords(key, json)) {
            if (!known.contains(name) || names.contains(name)) {
                throw new ModelRefusedException(
                        key + ": " + name + (names.contains(name) ? " stands there twice" : " is none of " + known));
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw new ModelRefusedException(key + " names no feature");
        }
        return names;
    }
}
