package io.doorbuster.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** All stores of one engine, made anew in a directory. Engine thread only. */
public final class Stores implements AutoCloseable {
    /** Hashed rows of feature vectors. */
    public static final int FEATURE_ROWS = 4096;

    private final StateHash hash = new StateHash();
    private final EngineStore engine;
    private final ItemStore items;
    private final VectorStore itemVectors;
    private final VectorStore featureVectors;
    private final ShopperStore shoppers;
    private final NeighbourStore neighbours;
    private final TrendingStore trending;
    private final ReservationStore reservations;
    private final SourceStore sources;
    private final ScanTiles scanTiles;
    private Settings settings;

    private Stores(Path directory, Settings settings) {
        engine = new EngineStore(directory, hash);
        items = new ItemStore(directory, settings.itemsMax(), hash);
        itemVectors = new VectorStore(directory, "item-vectors", 13, settings.dimensions(), settings.itemsMax(), hash);
        featureVectors = new VectorStore(directory, "feature-vectors", 14, settings.dimensions(), FEATURE_ROWS, hash);
        shoppers = new ShopperStore(directory, settings.shoppersMax(), settings.dimensions(), hash);
        neighbours = new NeighbourStore(directory, settings.itemsMax(), hash);
        trending = new TrendingStore(directory, items, hash);
        reservations = new ReservationStore(directory, settings.reservationsMax(), hash);
        sources = new SourceStore(directory, settings.sourcesMax(), hash);
        scanTiles = new ScanTiles(items, itemVectors);
        this.settings = settings;
        engine.settings(settings);
    }

    /** Makes the stores' files; what an earlier process left there is deleted, since the journal is the only truth. */
    public static Stores create(Path directory, Settings settings) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot make the state directory " + directory + ": check permissions, or choose another", e);
        }
        return new Stores(directory, settings);
    }

    public EngineStore engine() {
        return engine;
    }

    public ItemStore items() {
        return items;
    }

    /** Item vectors, in the same rows as the items. */
    public VectorStore itemVectors() {
        return itemVectors;
    }

    /** Vectors of hashed features: category, brand, price band. */
    public VectorStore featureVectors() {
        return featureVectors;
    }

    public ShopperStore shoppers() {
        return shoppers;
    }

    public NeighbourStore neighbours() {
        return neighbours;
    }

    public TrendingStore trending() {
        return trending;
    }

    public ReservationStore reservations() {
        return reservations;
    }

    public SourceStore sources() {
        return sources;
    }

    /** Item vectors laid out for scans; derived, no part of the state hash. */
    public ScanTiles scanTiles() {
        return scanTiles;
    }

    /** The settings now. */
    public Settings settings() {
        return settings;
    }

    /** Changes the settings; capacities stay what they were at creation. */
    public void settings(Settings changed) {
        settings = changed;
        engine.settings(changed);
    }

    /** Hash of all state, kept up at every write. */
    public long stateHash() {
        return hash.value();
    }

    /** The same hash from every byte of every store. */
    public long recomputeStateHash() {
        return engine.recomputeHash()
                + items.recomputeHash()
                + itemVectors.recomputeHash()
                + featureVectors.recomputeHash()
                + shoppers.recomputeHash()
                + neighbours.recomputeHash()
                + trending.recomputeHash()
                + reservations.recomputeHash()
                + sources.recomputeHash();
    }

    @Override
    public void close() {
        engine.close();
        items.close();
        itemVectors.close();
        featureVectors.close();
        shoppers.close();
        neighbours.close();
        trending.close();
        reservations.close();
        sources.close();
        scanTiles.close();
    }
}
