package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.SampleModels;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelRehearsalTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void shouldLeaveNothingBehind(ModelKind kind) throws IOException {
        final Path stores = directory.resolve("rehearsal");
        ModelRehearsal.run(stores, SampleModels.DIMS, Model.of(new SampleModels(1).of(kind)));
        assertThat(stores).doesNotExist();
    }
}
