package io.doorbuster.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.kernels.Kernels;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The exact gates hold for the product, and do not hold for what is planted. Counters, no clock. */
class ExactGatesTest {
    /** What no hot path calls: checks, descriptions, sizes. */
    private static final Set<String> NOT_HOT =
            Set.of("description", "checkDims", "scanScratchBytes", "quantisedBytes", "bf16Bytes");

    private final List<Object> kept = new ArrayList<>();

    @Test
    void productShouldHoldEachGate() throws IOException {
        assertThat(new ExactGates().run()).filteredOn(ExactCount::isOver).isEmpty();
    }

    @Test
    void plantedAllocatorShouldNotPass() throws IOException {
        final HotOperation allocator = new HotOperation("planted", 10_000, count -> {
            for (int i = 0; i < count; i += 1_000) {
                kept.add(new long[2]);
            }
            kept.clear();
        });

        assertThat(new ExactGates().run(List.of(allocator)))
                .filteredOn(ExactCount::isOver)
                .singleElement()
                .satisfies(count -> assertThat(count.counter()).isEqualTo("bytes"))
                .satisfies(count -> assertThat(count.value()).isBetween(0.02, 0.1));
    }

    @Test
    void everyKernelShouldBeWatched() {
        final Set<String> kernels = new TreeSet<>();
        for (final Method method : Kernels.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !NOT_HOT.contains(method.getName())) {
                kernels.add(method.getName());
            }
        }

        assertThat(new KernelOperations().all())
                .as("a kernel needs a line in KernelOperations, or in NOT_HOT")
                .extracting(HotOperation::name)
                .containsExactlyInAnyOrderElementsOf(kernels);
    }
}
