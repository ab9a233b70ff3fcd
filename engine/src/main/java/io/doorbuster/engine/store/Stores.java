package io.doorbuster.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** All stores of one engine, made anew in a directory. Engine thread only. */
public final class Stores implements AutoCloseable {
    /** Hashed rows of feature vectors. */
    public static final int FEATURE_ROWS = 4096;

    private final PageStores pages;
    private final EngineStore engine;
    private final ItemStore items;
    private final VectorStore itemVectors;
    private final VectorStore featureVectors;
    private final ShopperStore shoppers;
    private final NeighbourStore coBought;
    private final ContentStore content;
    private final SessionStore sessions;
    private final EmbeddingStore embedding;
    private final SimilarStore similar;
    private final RankerStore ranker;
    private final ModelStore models;
    private final TrendingStore trending;
    private final CategoryStore categories;
    private final ReservationStore reservations;
    private final SourceStore sources;
    private final ScanTiles scanTiles;
    private Settings settings;

    private Stores(Path directory, Settings settings) {
        pages = new PageStores(directory);
        engine = new EngineStore(pages);
        items = new ItemStore(pages, settings.itemsMax());
        itemVectors = new VectorStore(pages, "item-vectors", 13, settings.dimensions(), settings.itemsMax());
        content = new ContentStore(pages, settings.contentDimensions(), settings.itemsMax());
        featureVectors = new VectorStore(pages, "feature-vectors", 14, settings.dimensions(), FEATURE_ROWS);
        shoppers = new ShopperStore(pages, settings.shoppersMax(), settings.dimensions());
        coBought = new NeighbourStore(pages, settings.itemsMax());
        sessions = new SessionStore(pages, settings.itemsMax(), settings.sessionsMax());
        embedding = new EmbeddingStore(pages, settings.dimensions(), settings.itemsMax());
        similar = new SimilarStore(pages, settings.itemsMax());
        ranker = new RankerStore(pages);
        models = new ModelStore(pages);
        trending = new TrendingStore(pages, items);
        categories = new CategoryStore(pages, items);
        reservations = new ReservationStore(pages, settings.reservationsMax());
        sources = new SourceStore(pages, settings.sourcesMax());
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

    /** What items' texts and images show, in the same rows as the items. */
    public ContentStore content() {
        return content;
    }

    /** Vectors of hashed features: category, brand, price band. */
    public VectorStore featureVectors() {
        return featureVectors;
    }

    public ShopperStore shoppers() {
        return shoppers;
    }

    /** What is bought together. */
    public NeighbourStore coBought() {
        return coBought;
    }

    public SessionStore sessions() {
        return sessions;
    }

    /** The item embedding, in the same rows as the items. */
    public EmbeddingStore embedding() {
        return embedding;
    }

    /** Each item's nearest ones in the embedding. */
    public SimilarStore similar() {
        return similar;
    }

    public RankerStore ranker() {
        return ranker;
    }

    /** Which released models are in use. */
    public ModelStore models() {
        return models;
    }

    public TrendingStore trending() {
        return trending;
    }

    public CategoryStore categories() {
        return categories;
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

    /** The pages that all of them lie in. */
    public PageStores pages() {
        return pages;
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
        return pages.hash().value();
    }

    /** The same hash from every byte of every store. */
    public long recomputeStateHash() {
        return pages.recomputeHash();
    }

    /**
     * Hash of what the shop may never lose track of, whatever an engine thinks of it otherwise: units of each item,
     * reservations, and what became of each source's facts. The same for every release that replays a journal.
     */
    public long ledgerHash() {
        long sum = 0;
        for (int row = 0; row < items.highWater(); row++) {
            if (items.itemId(row) != 0) {
                sum += ledgerLine(items.itemId(row), items.onHand(row), items.reserved(row), items.priceMinor(row));
            }
        }
        for (int row = 0; row < reservations.highWater(); row++) {
            if (reservations.reservationId(row) != 0) {
                sum += ledgerLine(
                        reservations.reservationId(row),
                        items.itemId(reservations.itemRow(row)),
                        reservations.quantity(row),
                        reservations.expiresAtNs(row));
            }
        }
        for (int row = 0; row < sources.inUse(); row++) {
            for (long sequence = sources.lastSequence(row); sources.remembers(row, sequence); sequence--) {
                sum += ledgerLine(
                        sources.source(row),
                        sequence,
                        sources.position(row, sequence),
                        sources.outcome(row, sequence) ^ sources.detail(row, sequence) << 8);
            }
        }
        return sum;
    }

    private static long ledgerLine(long a, long b, long c, long d) {
        return StateHash.mix(StateHash.mix(StateHash.mix(StateHash.mix(a) + b) + c) + d);
    }

    @Override
    public void close() {
        pages.close();
        scanTiles.close();
    }
}
