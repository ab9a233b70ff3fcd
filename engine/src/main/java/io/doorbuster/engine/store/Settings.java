package io.doorbuster.engine.store;

import io.doorbuster.codec.ConfiguredRecordDecoder;
import io.doorbuster.codec.Setting;

/**
 * Every limit, rule and rate that the engine lives by, as the journal's configured records say; see {@link Setting} for
 * units. Immutable.
 */
public final class Settings {
    /** The setting with the largest number; those from 1 to it are there. */
    public static final Setting LAST = Setting.CONTENT_DIMENSIONS;

    /** What a shop gets that asks for nothing else. */
    public static final Settings DEFAULTS = new Settings(defaults());

    private static final Missing[] MISSING = Missing.values();
    private static final Outliers[] OUTLIERS = Outliers.values();
    private static final int COUNT = LAST.value() + 1;

    private final long[] values;

    private Settings(long[] values) {
        this.values = values;
    }

    private static long[] defaults() {
        final long[] values = new long[LAST.value() + 1];
        for (final Setting setting : Setting.values()) {
            if (setting != Setting.NULL_VAL) {
                values[setting.value()] = defaultOf(setting);
            }
        }
        return values;
    }

    private static long defaultOf(Setting setting) {
        return switch (setting) {
            case SEED, REPEAT_PURCHASES -> 1;
            case DIMENSIONS, CONTENT_DIMENSIONS -> 64;
            case REGULARISATION_MICRO -> 10_000;
            case ITEMS_MAX -> 50_000;
            case SHOPPERS_MAX -> 100_000;
            case RESERVATIONS_MAX -> 65_536;
            case SOURCES_MAX -> 16_384;
            case HASH_INTERVAL -> 1_024;
            case SLATE_MAX -> 100;
            case SESSION_GAP_MILLIS -> 1_800_000;
            case TRENDING_HALF_LIFE_MILLIS -> 86_400_000;
            case LEARNING_RATE_MICRO, STEP_MAX_MICRO -> 100_000;
            case NEGATIVES -> 4;
            case SCAN_ROWS_MAX -> 8_192;
            case SESSIONS_MAX -> 262_144;
            case EMBEDDING_NEGATIVES -> 128;
            case EMBEDDING_REPLAYS -> 2;
            case RANKER_INTERVAL -> 8;
            case PRICE_MISSING, RATING_MISSING -> Missing.MEDIAN.ordinal();
            case FEATURE_CLIP_CENTI -> 1_000;
            case FREEZE_ABOVE_PERCENT -> 150;
            case ENGINE_TIME,
                    EXPLORATION_PERMILLE,
                    PRICE_CONSTANT_MINOR,
                    PRICE_OUTLIERS,
                    RATING_CONSTANT_CENTI,
                    FEATURES_OFF,
                    NONE,
                    NULL_VAL -> 0;
        };
    }

    private static long maxOf(Setting setting) {
        return switch (setting) {
            case SEED -> Long.MAX_VALUE;
            case ENGINE_TIME -> 1;
            case REPEAT_PURCHASES -> 2;
            case DIMENSIONS, CONTENT_DIMENSIONS -> 512;
            case ITEMS_MAX, SCAN_ROWS_MAX -> 10_000_000;
            case SHOPPERS_MAX, SESSIONS_MAX -> 50_000_000;
            case RESERVATIONS_MAX -> 10_000_000;
            case SOURCES_MAX -> 1_000_000;
            case HASH_INTERVAL -> 2_048;
            case SLATE_MAX -> 100;
            case SESSION_GAP_MILLIS -> 30L * 86_400_000;
            case TRENDING_HALF_LIFE_MILLIS -> 3_650L * 86_400_000;
            case LEARNING_RATE_MICRO, REGULARISATION_MICRO, STEP_MAX_MICRO -> 1_000_000;
            case NEGATIVES -> 16;
            case EMBEDDING_NEGATIVES -> 512;
            case EMBEDDING_REPLAYS -> 8;
            case RANKER_INTERVAL -> 65_536;
            case EXPLORATION_PERMILLE -> 1_000;
            case PRICE_MISSING, RATING_MISSING -> Missing.NEAREST.ordinal();
            case PRICE_OUTLIERS -> Outliers.MEDIAN_FILTER.ordinal();
            case PRICE_CONSTANT_MINOR -> 1_000_000_000_000L;
            case RATING_CONSTANT_CENTI -> 500;
            case FEATURE_CLIP_CENTI -> 100_000;
            case FREEZE_ABOVE_PERCENT -> 10_000;
            case FEATURES_OFF -> (1L << RankerStore.FEATURES) - 1;
            case NONE, NULL_VAL -> -1;
        };
    }

    private static long minOf(Setting setting) {
        return switch (setting) {
            case SEED -> Long.MIN_VALUE;
            case ENGINE_TIME,
                    REPEAT_PURCHASES,
                    LEARNING_RATE_MICRO,
                    REGULARISATION_MICRO,
                    NEGATIVES,
                    EMBEDDING_NEGATIVES,
                    EMBEDDING_REPLAYS,
                    RANKER_INTERVAL,
                    PRICE_MISSING,
                    PRICE_CONSTANT_MINOR,
                    PRICE_OUTLIERS,
                    RATING_MISSING,
                    RATING_CONSTANT_CENTI,
                    FEATURE_CLIP_CENTI,
                    EXPLORATION_PERMILLE,
                    FEATURES_OFF,
                    CONTENT_DIMENSIONS -> 0;
            case DIMENSIONS -> 16;
            case FREEZE_ABOVE_PERCENT -> 101;
            case NONE, NULL_VAL -> 0;
            default -> 1;
        };
    }

    /** Whether a setting can only be said in the first record. */
    public static boolean isFixed(Setting setting) {
        return switch (setting) {
            case SEED,
                    DIMENSIONS,
                    CONTENT_DIMENSIONS,
                    ITEMS_MAX,
                    SHOPPERS_MAX,
                    RESERVATIONS_MAX,
                    SOURCES_MAX,
                    HASH_INTERVAL,
                    SESSIONS_MAX,
                    TRENDING_HALF_LIFE_MILLIS -> true;
            default -> false;
        };
    }

    /** Whether a value is one that the setting takes. */
    public static boolean isValid(Setting setting, long value) {
        return value >= minOf(setting) && value <= maxOf(setting) && (!isOfVectors(setting) || value % 16 == 0);
    }

    private static boolean isOfVectors(Setting setting) {
        return setting == Setting.DIMENSIONS || setting == Setting.CONTENT_DIMENSIONS;
    }

    /** The same with one setting changed. */
    public Settings with(Setting setting, long value) {
        if (setting == Setting.NONE || setting == Setting.NULL_VAL) {
            throw new IllegalArgumentException(setting + " is no setting; see Setting in the schema");
        }
        if (!isValid(setting, value)) {
            throw new IllegalArgumentException(setting + "=" + value + " is not in " + minOf(setting) + ".."
                    + maxOf(setting) + (isOfVectors(setting) ? " or no multiple of 16" : ""));
        }
        final long[] copy = values.clone();
        copy[setting.value()] = value;
        return new Settings(copy);
    }

    /** The same with what a configured record says; the record is valid, see {@link #firstRefused}. */
    public Settings with(ConfiguredRecordDecoder record) {
        final long[] copy = values.clone();
        record.sbeRewind();
        for (final ConfiguredRecordDecoder.SettingsDecoder entry : record.settings()) {
            copy[entry.setting().value()] = entry.value();
        }
        return new Settings(copy);
    }

    /**
     * The first setting of a record that cannot be taken, or {@link Setting#NULL_VAL} when all can.
     *
     * @param first whether it is the first record, which alone may say what is fixed.
     * @param own whether it comes from the process itself, which alone knows what time it lives by.
     */
    public Setting firstRefused(ConfiguredRecordDecoder record, boolean first, boolean own) {
        record.sbeRewind();
        Setting refused = Setting.NULL_VAL;
        for (final ConfiguredRecordDecoder.SettingsDecoder entry : record.settings()) {
            final Setting setting = entry.setting();
            final boolean changes = setting != Setting.NULL_VAL && entry.value() != values[setting.value()];
            if (refused == Setting.NULL_VAL
                    && (!isValid(setting, entry.value())
                            || changes && (isFixed(setting) && !first || setting == Setting.ENGINE_TIME && !own))) {
                refused = setting == Setting.NULL_VAL ? Setting.NONE : setting;
            }
        }
        return refused;
    }

    /** Value of one setting, in its unit. */
    public long value(Setting setting) {
        return values[setting.value()];
    }

    private int intOf(Setting setting) {
        return Math.toIntExact(values[setting.value()]);
    }

    public long seed() {
        return value(Setting.SEED);
    }

    /** Whether the engine lives by the running maximum of occurredAt, held within journal time, and not by the latter. */
    public boolean livesByOccurredAt() {
        return value(Setting.ENGINE_TIME) == 1;
    }

    public int dimensions() {
        return intOf(Setting.DIMENSIONS);
    }

    public int itemsMax() {
        return intOf(Setting.ITEMS_MAX);
    }

    public int shoppersMax() {
        return intOf(Setting.SHOPPERS_MAX);
    }

    public int reservationsMax() {
        return intOf(Setting.RESERVATIONS_MAX);
    }

    public int sourcesMax() {
        return intOf(Setting.SOURCES_MAX);
    }

    public int hashInterval() {
        return intOf(Setting.HASH_INTERVAL);
    }

    public int slateMax() {
        return intOf(Setting.SLATE_MAX);
    }

    public long sessionGapNs() {
        return value(Setting.SESSION_GAP_MILLIS) * 1_000_000;
    }

    public long trendingHalfLifeNs() {
        return value(Setting.TRENDING_HALF_LIFE_MILLIS) * 1_000_000;
    }

    public float learningRate() {
        return value(Setting.LEARNING_RATE_MICRO) * 1e-6f;
    }

    public float regularisation() {
        return value(Setting.REGULARISATION_MICRO) * 1e-6f;
    }

    public float stepMax() {
        return value(Setting.STEP_MAX_MICRO) * 1e-6f;
    }

    public int negatives() {
        return intOf(Setting.NEGATIVES);
    }

    public int scanRowsMax() {
        return intOf(Setting.SCAN_ROWS_MAX);
    }

    public int contentDimensions() {
        return intOf(Setting.CONTENT_DIMENSIONS);
    }

    public int sessionsMax() {
        return intOf(Setting.SESSIONS_MAX);
    }

    public int embeddingNegatives() {
        return intOf(Setting.EMBEDDING_NEGATIVES);
    }

    public int embeddingReplays() {
        return intOf(Setting.EMBEDDING_REPLAYS);
    }

    /** The ranker learns from one in so many behaviour facts; 0 = from none. */
    public int rankerInterval() {
        return intOf(Setting.RANKER_INTERVAL);
    }

    /** Of a thousand places in slates, those whose item is drawn; 0 = none. */
    public int explorationPermille() {
        return intOf(Setting.EXPLORATION_PERMILLE);
    }

    /** Whether what was bought may be recommended again: 0 = no, 1 = yes, 2 = where the category's purchases say so. */
    public int repeatPurchases() {
        return intOf(Setting.REPEAT_PURCHASES);
    }

    public Missing priceMissing() {
        return MISSING[intOf(Setting.PRICE_MISSING)];
    }

    public long priceConstantMinor() {
        return value(Setting.PRICE_CONSTANT_MINOR);
    }

    public Outliers priceOutliers() {
        return OUTLIERS[intOf(Setting.PRICE_OUTLIERS)];
    }

    public Missing ratingMissing() {
        return MISSING[intOf(Setting.RATING_MISSING)];
    }

    public int ratingConstantCenti() {
        return intOf(Setting.RATING_CONSTANT_CENTI);
    }

    /** Standard deviations that a feature counts at most; infinite when it is not clipped. */
    public float featureClip() {
        final int centi = intOf(Setting.FEATURE_CLIP_CENTI);
        return centi == 0 ? Float.POSITIVE_INFINITY : centi * 0.01f;
    }

    /** Learning is frozen when late loss is more than so many times that of a longer time. */
    public float freezeAbove() {
        return value(Setting.FREEZE_ABOVE_PERCENT) * 0.01f;
    }

    /** Bits of the features that the ranker does not see. */
    public long featuresOff() {
        return value(Setting.FEATURES_OFF);
    }

    static int count() {
        return COUNT;
    }
}
