package io.doorbuster.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables are zeroed, aligned, advised to lie on huge pages, and given back with their arena. */
class TileMemoryTest {
    private static final long BYTES = (64L << 20) + 100;

    @Test
    void shouldBeZeroedAlignedAndWritableToItsEnd() {
        for (final long bytes : new long[] {0, 1, 4096, BYTES}) {
            try (Arena arena = Arena.ofShared()) {
                final long address = TileMemory.allocate(arena, bytes);
                assertThat(address % 64).isZero();
                for (long at = address; at + 8 <= address + bytes; at += 4096) {
                    assertThat(Memory.getLong(at)).isZero();
                    Memory.putLong(at, -1L);
                }
            }
        }
    }

    @Test
    void largeTablesShouldBeAdvisedAndGivenBack() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/smaps")), "/proc/self/smaps tells what a mapping was advised to");
        final long address;
        try (Arena arena = Arena.ofShared()) {
            address = TileMemory.allocate(arena, BYTES);
            assertThat(flagsOf(address)).contains("hg");
        }
        assertThat(flagsOf(address)).doesNotContain("hg");
    }

    /** The flags of the mapping that holds an address; none if there is no such mapping. */
    private static List<String> flagsOf(long address) throws IOException {
        boolean isInside = false;
        for (final String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                final String[] bounds = line.substring(0, line.indexOf(' ')).split("-");
                isInside = Long.parseUnsignedLong(bounds[0], 16) <= address
                        && address < Long.parseUnsignedLong(bounds[1], 16);
            } else if (isInside && line.startsWith("VmFlags:")) {
                return List.of(line.substring("VmFlags:".length()).trim().split(" "));
            }
        }
        return List.of();
    }
}
