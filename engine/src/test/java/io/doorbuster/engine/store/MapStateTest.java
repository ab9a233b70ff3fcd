package io.doorbuster.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.engine.Engine;
import java.security.CodeSource;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.Values;
import org.junit.jupiter.api.Test;

/** Chronicle Map compiles nothing when a process makes its first map: a start would take half a second longer. */
class MapStateTest {
    @Test
    void classOfMapsStateShouldComeWithTheBuild() {
        final CodeSource ours = Engine.class.getProtectionDomain().getCodeSource();
        assertThat(Values.nativeClassFor(VanillaGlobalMutableState.class)
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation())
                .isEqualTo(ours.getLocation());
    }
}
