package io.doorbuster.training;

import static io.doorbuster.engine.model.ModelSchema.ITEM_VECTOR;
import static io.doorbuster.engine.model.ModelSchema.SESSION_VECTOR;

import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.model.ModelSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which inputs a model reads, by name: features of the engine, and for towers two vectors of the embedding.
 *
 * @param shared features that all candidates of a lesson have in common.
 * @param sessionVector whether the session's vector comes before them.
 * @param own features of the candidate.
 * @param itemVector whether the item's vector comes before them.
 */
record Columns(List<Feature> shared, boolean sessionVector, List<Feature> own, boolean itemVector) {
    /** Of the shopper's side of towers. */
    private static final List<Feature> SHOPPER_SIDE = side(ModelSchema.SHOPPER_FEATURES, SESSION_VECTOR);

    /** Of the item's side. */
    private static final List<Feature> ITEM_SIDE = side(ModelSchema.ITEM_FEATURES, ITEM_VECTOR);

    /** Nothing but ids. */
    static final Columns NONE = new Columns(List.of(), false, List.of(), false);

    /**
     * What a network reads.
     *
     * @param names of features; none = all of them.
     */
    static Columns ofNetwork(List<String> names) {
        final List<Feature> own = new ArrayList<>();
        distinct(names).forEach(name -> own.add(feature(name)));
        return new Columns(List.of(), false, names.isEmpty() ? List.of(Feature.values()) : List.copyOf(own), false);
    }

    /** What towers read; none = all that they can. */
    static Columns ofTowers(List<String> names) {
        if (names.isEmpty()) {
            return new Columns(SHOPPER_SIDE, true, ITEM_SIDE, true);
        }
        final List<Feature> shared = new ArrayList<>();
        final List<Feature> own = new ArrayList<>();
        boolean hasSession = false;
        boolean hasItem = false;
        for (final String name : distinct(names)) {
            if (name.equals(SESSION_VECTOR)) {
                hasSession = true;
            } else if (name.equals(ITEM_VECTOR)) {
                hasItem = true;
            } else if (SHOPPER_SIDE.contains(feature(name))) {
                shared.add(feature(name));
            } else if (ITEM_SIDE.contains(feature(name))) {
                own.add(feature(name));
            } else {
                throw new IllegalArgumentException("feature " + name
                        + " is of a shopper and an item together, and towers keep them apart: of the shopper "
                        + SESSION_VECTOR + ", " + SHOPPER_SIDE + ", of the item " + ITEM_VECTOR + ", " + ITEM_SIDE);
            }
        }
        if (!hasSession && shared.isEmpty() || !hasItem && own.isEmpty()) {
            throw new IllegalArgumentException("each tower needs a feature: of the shopper " + SESSION_VECTOR + ", "
                    + SHOPPER_SIDE + ", of the item " + ITEM_VECTOR + ", " + ITEM_SIDE);
        }
        return new Columns(List.copyOf(shared), hasSession, List.copyOf(own), hasItem);
    }

    private static List<Feature> side(List<String> names, String vector) {
        return names.stream()
                .filter(name -> !name.equals(vector))
                .map(Feature::valueOf)
                .toList();
    }

    private static List<String> distinct(List<String> names) {
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("a feature is named twice: " + names);
        }
        return names;
    }

    private static Feature feature(String name) {
        return Arrays.stream(Feature.values())
                .filter(feature -> feature.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown feature " + name + ": there are " + Arrays.toString(Feature.values())));
    }

    /** Names of the shared inputs, a vector of the embedding being one. */
    List<String> sharedNames() {
        return names(sessionVector ? SESSION_VECTOR : "", shared);
    }

    /** Names of the candidate's inputs. */
    List<String> ownNames() {
        return names(itemVector ? ITEM_VECTOR : "", own);
    }

    private static List<String> names(String vector, List<Feature> features) {
        final List<String> names = new ArrayList<>();
        if (!vector.isEmpty()) {
            names.add(vector);
        }
        features.forEach(feature -> names.add(feature.name()));
        return names;
    }

    int sharedFloats(int dimensions) {
        return (sessionVector ? dimensions : 0) + shared.size();
    }

    int ownFloats(int dimensions) {
        return (itemVector ? dimensions : 0) + own.size();
    }

    /** What a float of a side is called in messages. */
    static String nameOf(List<String> names, int dimensions, int index) {
        final boolean hasVector = names.getFirst().endsWith("_VECTOR");
        if (!hasVector) {
            return names.get(index);
        }
        return index < dimensions ? names.getFirst() + "[" + index + "]" : names.get(index - dimensions + 1);
    }
}
