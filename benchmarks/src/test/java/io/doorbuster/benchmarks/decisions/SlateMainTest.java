package io.doorbuster.benchmarks.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Small, so that it cannot rot. */
class SlateMainTest {
    @Test
    void shouldTellWhatASlateCosts() throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        SlateMain.run(new PrintStream(out, true, StandardCharsets.UTF_8), 500, 100, 300, 50);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("500 items, 100 shoppers", "300 views to learn from")
                .containsPattern("recommend +p50 [\\d.]+ us")
                .containsPattern("view +p50 [\\d.]+ us");
    }
}
