package io.doorbuster.cli;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.store.Missing;
import io.doorbuster.engine.store.Outliers;
import io.doorbuster.engine.store.Settings;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * What the ranker sees and how it is cleaned, as a shop writes it down: Java properties, one rule a line. It becomes settings,
 * which are journaled, so that a replay needs no file. What a file does not name stays as it is.
 *
 * <pre>
 *   features = all, -RATING       names, or all and those that are left out
 *   clip = 10                     standard deviations that a feature counts at most; none
 *   price.missing = median        none | constant MINOR | mean | median | nearest
 *   price.outliers = winsorise    none | winsorise | median_filter
 *   rating.missing = constant 4.1 none | constant STARS | mean | median | nearest
 * </pre>
 */
final class FeatureFile {
    private static final int BYTES_MAX = 65_536;
    private static final String KEYS = "features, clip, price.missing, price.outliers, rating.missing";

    private final String name;
    private final Map<Setting, Long> settings = new EnumMap<>(Setting.class);

    private FeatureFile(String name) {
        this.name = name;
    }

    /** Reads a file; says which line is wrong and what would be right. */
    static Map<Setting, Long> read(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new NoSuchFileException(
                    "no feature file " + path + ": ./doorbuster features prints one to begin with");
        }
        if (Files.size(path) > BYTES_MAX) {
            throw new IOException(path + " is larger than " + BYTES_MAX + " bytes: it is no feature file");
        }
        try {
            return parse(path.toString(), Files.readString(path));
        } catch (CharacterCodingException e) {
            throw new IOException(path + " is no text in UTF-8", e);
        }
    }

    static Map<Setting, Long> parse(String name, String text) {
        final FeatureFile file = new FeatureFile(name);
        file.load(new StringReader(text));
        return file.settings;
    }

    private void load(Reader reader) {
        final List<Object> twice = new ArrayList<>();
        final Properties lines = new Properties() {
            @Override
            public synchronized Object put(Object key, Object value) {
                if (containsKey(key)) {
                    twice.add(key);
                }
                return super.put(key, value);
            }
        };
        try {
            lines.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException(e); // Text in memory.
        } catch (IllegalArgumentException e) {
            throw refused("a backslash and u are followed by something else", "four hexadecimal digits");
        }
        if (!twice.isEmpty()) {
            throw refused(twice.getFirst() + " is there twice", "once");
        }
        for (final String key : lines.stringPropertyNames()) {
            take(key, lines.getProperty(key).strip());
        }
    }

    private void take(String key, String rule) {
        switch (key) {
            case "features" -> put(Setting.FEATURES_OFF, featuresOff(rule));
            case "clip" ->
                put(Setting.FEATURE_CLIP_CENTI, rule.equals("none") ? 0 : Math.max(1, hundredths(key, rule)));
            case "price.missing" -> missing(key, rule, Setting.PRICE_MISSING, Setting.PRICE_CONSTANT_MINOR, 1);
            case "price.outliers" ->
                put(Setting.PRICE_OUTLIERS, one(key, rule, Outliers.values()).ordinal());
            case "rating.missing" -> missing(key, rule, Setting.RATING_MISSING, Setting.RATING_CONSTANT_CENTI, 100);
            default -> throw refused("there is no " + key, "one of " + KEYS);
        }
    }

    private void put(Setting setting, long value) {
        if (!Settings.isValid(setting, value)) {
            throw refused(setting + " would be " + value, "a value in its range");
        }
        settings.put(setting, value);
    }

    private void missing(String key, String rule, Setting how, Setting constant, int unit) {
        final String[] words = rule.split("\\s+", 2);
        final Missing missing = one(key, words[0], Missing.values());
        if ((missing == Missing.CONSTANT) != (words.length == 2)) {
            throw refused(key + " is " + rule, "constant and a value, or another rule and none");
        }
        put(how, missing.ordinal());
        if (words.length == 2) {
            put(constant, number(key, words[1], unit));
        }
    }

    private <T extends Enum<T>> T one(String key, String word, T[] values) {
        final List<String> names = new ArrayList<>();
        for (final T value : values) {
            names.add(value.name().toLowerCase(Locale.ROOT));
            if (names.getLast().equals(word.toLowerCase(Locale.ROOT))) {
                return value;
            }
        }
        throw refused(key + " is " + word, "one of " + String.join(", ", names));
    }

    private long hundredths(String key, String text) {
        return number(key, text, 100);
    }

    private long number(String key, String text, int unit) {
        try {
            final long value =
                    new BigDecimal(text).multiply(BigDecimal.valueOf(unit)).longValueExact();
            if (value > 0) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException e) { // Said below.
        }
        throw refused(key + " is " + text, "a number above 0" + (unit == 100 ? " with at most two decimals" : ""));
    }

    private long featuresOff(String rule) {
        final List<String> words = Arrays.stream(rule.split(",", -1))
                .map(word -> word.strip().toUpperCase(Locale.ROOT))
                .toList();
        final boolean isAll = words.getFirst().equals("ALL");
        long listed = 0;
        for (final String word : isAll ? words.subList(1, words.size()) : words) {
            if (isAll != word.startsWith("-")) {
                throw refused("features is " + rule, "names alone, or all and names with - before them");
            }
            listed |= 1L
                    << one("a feature", isAll ? word.substring(1).strip() : word, Feature.values())
                            .ordinal();
        }
        final long every = (1L << Feature.values().length) - 1;
        final long off = isAll ? listed : every & ~listed;
        if (off == every) {
            throw refused("no feature is left", "at least one");
        }
        return off;
    }

    private IllegalArgumentException refused(String what, String right) {
        return new IllegalArgumentException(name + ": " + what + "; it must be " + right);
    }

    /** The file that says what the settings say. */
    static String write(Settings settings) {
        final StringBuilder features = new StringBuilder("all");
        for (final Feature feature : Feature.values()) {
            if ((settings.featuresOff() >>> feature.ordinal() & 1) == 1) {
                features.append(", -").append(feature);
            }
        }
        final long clip = settings.value(Setting.FEATURE_CLIP_CENTI);
        return """
                # What the ranker sees and how it is cleaned. Journaled as settings when it is given to serve, import or
                # evaluate with --features; what is not named stays as it is.

                # all, all and names with - before them, or names: %s
                features = %s

                # Standard deviations that a feature counts at most, or none
                clip = %s

                # What stands for a price of 0 in features: none, constant MINOR, mean, median (of the category, or of the
                # shop), nearest (mean of the nearest items in the embedding)
                price.missing = %s

                # An extreme price in features: none, winsorise (moved to where one in a hundred lies beyond),
                # median_filter (the middle one of the item's last three)
                price.outliers = %s

                # What stands for a rating of 0: none, constant STARS, mean, median, nearest
                rating.missing = %s
                """.formatted(
                String.join(
                                ", ",
                                Arrays.stream(Feature.values()).map(Enum::name).toList())
                        .replaceAll("(.{60,100}?), ", "$1,\n# "),
                features,
                clip == 0
                        ? "none"
                        : BigDecimal.valueOf(clip, 2).stripTrailingZeros().toPlainString(),
                rule(settings.priceMissing(), BigDecimal.valueOf(settings.priceConstantMinor())),
                settings.priceOutliers().name().toLowerCase(Locale.ROOT),
                rule(settings.ratingMissing(), BigDecimal.valueOf(settings.ratingConstantCenti(), 2)));
    }

    private static String rule(Missing missing, BigDecimal constant) {
        return missing.name().toLowerCase(Locale.ROOT)
                + (missing == Missing.CONSTANT ? " " + constant.toPlainString() : "");
    }
}
