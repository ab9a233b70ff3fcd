package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.store.Missing;
import io.doorbuster.engine.store.Outliers;
import io.doorbuster.engine.store.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureFileTest {
    @TempDir
    Path directory;

    private static long bit(Feature feature) {
        return 1L << feature.ordinal();
    }

    @Test
    void rulesShouldBecomeSettings() {
        final Map<Setting, Long> settings = FeatureFile.parse("f", """
                # a comment
                features = all, -RATING, - trend
                clip = 2.5
                price.missing = constant 1999
                price.outliers = median_filter
                rating.missing = Nearest
                """);
        assertThat(settings)
                .containsEntry(Setting.FEATURES_OFF, bit(Feature.RATING) | bit(Feature.TREND))
                .containsEntry(Setting.FEATURE_CLIP_CENTI, 250L)
                .containsEntry(Setting.PRICE_MISSING, (long) Missing.CONSTANT.ordinal())
                .containsEntry(Setting.PRICE_CONSTANT_MINOR, 1_999L)
                .containsEntry(Setting.PRICE_OUTLIERS, (long) Outliers.MEDIAN_FILTER.ordinal())
                .containsEntry(Setting.RATING_MISSING, (long) Missing.NEAREST.ordinal())
                .hasSize(6);
        assertThat(FeatureFile.parse("f", "rating.missing=constant 4.1\nclip=none"))
                .containsEntry(Setting.RATING_CONSTANT_CENTI, 410L)
                .containsEntry(Setting.FEATURE_CLIP_CENTI, 0L);
        final long every = (1L << Feature.values().length) - 1;
        assertThat(FeatureFile.parse("f", "features=OWN,IS_LAST"))
                .containsEntry(Setting.FEATURES_OFF, every & ~bit(Feature.OWN) & ~bit(Feature.IS_LAST));
    }

    @Test
    void whatIsPrintedShouldSayTheSame() {
        Settings settings = Settings.DEFAULTS
                .with(Setting.FEATURES_OFF, bit(Feature.OWN) | bit(Feature.AWAY))
                .with(Setting.RATING_MISSING, Missing.CONSTANT.ordinal())
                .with(Setting.RATING_CONSTANT_CENTI, 350);
        for (final Settings each : new Settings[] {Settings.DEFAULTS, settings}) {
            FeatureFile.parse("f", FeatureFile.write(each))
                    .forEach((setting, value) ->
                            assertThat(value).as(setting.name()).isEqualTo(each.value(setting)));
        }
        settings = Settings.DEFAULTS;
        assertThat(FeatureFile.parse("f", FeatureFile.write(settings))).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    feature = OWN                         | there is no feature; it must be one of features, clip
                    features = OWNED                      | a feature is OWNED; it must be one of neighbours_behind
                    features = all, RATING                | all and names with - before them
                    features = OWN, -RATING               | names alone
                    features = -RATING                    | names alone
                    features =                            | a feature is ; it must be
                    clip = -1                             | a number above 0
                    clip = 1e99                           | a number above 0
                    clip = 1e300000000                    | a number above 0
                    clip = \\u12                          | four hexadecimal digits
                    clip = 2000                           | FEATURE_CLIP_CENTI would be 200000
                    price.missing = constant              | constant and a value
                    price.missing = mean 5                | another rule and none
                    price.missing = constant 0.5          | a number above 0
                    price.missing = guess                 | one of none, constant, mean, median, nearest
                    price.outliers = trim                 | one of none, winsorise, median_filter
                    rating.missing = constant 6           | RATING_CONSTANT_CENTI would be 600
                    rating.missing = constant 4.123       | at most two decimals
                    """)
    void wrongLineShouldSayWhatWouldBeRight(String line, String message) {
        assertThatThrownBy(() -> FeatureFile.parse("shop.properties", line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("shop.properties: ")
                .hasMessageContaining(message.strip());
    }

    @Test
    void wrongFileShouldBeRefused() throws IOException {
        assertThatThrownBy(() -> FeatureFile.read(directory.resolve("none"))).hasMessageContaining("no feature file");
        final Path large = Files.write(directory.resolve("large"), new byte[70_000]);
        assertThatThrownBy(() -> FeatureFile.read(large)).hasMessageContaining("larger than");
        final Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
        assertThatThrownBy(() -> FeatureFile.read(binary)).hasMessageContaining("no text in UTF-8");
        assertThatThrownBy(() -> FeatureFile.parse("f", "clip=1\nclip=2")).hasMessageContaining("clip is there twice");
        final StringBuilder every = new StringBuilder("features = all");
        for (final Feature feature : Feature.values()) {
            every.append(", -").append(feature);
        }
        assertThatThrownBy(() -> FeatureFile.parse("f", every.toString())).hasMessageContaining("no feature is left");
        Files.writeString(directory.resolve("empty"), "", StandardCharsets.UTF_8);
        assertThat(FeatureFile.read(directory.resolve("empty"))).isEmpty();
    }
}
