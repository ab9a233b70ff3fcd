package io.doorbuster.benchmarks.gate;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Uses the Vector API and memory segments in all the ways that others in the same JVM might: every species, native, heap and
 * mixed. Profiles of the JDK's own methods are shared, and a kernel that allocates nothing in a clean JVM may box in this one.
 */
final class SpeciesPollution {
    private static final int ROUNDS = 20_000;
    private static final int FLOATS = 64;
    private static final List<VectorSpecies<Float>> SPECIES =
            List.of(FloatVector.SPECIES_64, FloatVector.SPECIES_128, FloatVector.SPECIES_256, FloatVector.SPECIES_512);

    private SpeciesPollution() {}

    /** Runs long enough to be compiled; the result is of no interest but depends on all of it. */
    static float run() {
        float sum = 0;
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment[] segments = {
                arena.allocate(4L * FLOATS, 64),
                MemorySegment.ofArray(new float[FLOATS]),
                MemorySegment.ofArray(new byte[4 * FLOATS]),
                arena.allocate(8L * FLOATS, 64).asSlice(4L * FLOATS),
            };
            for (int i = 0; i < ROUNDS; i++) {
                final MemorySegment from = segments[i % segments.length];
                final MemorySegment to = segments[i / 3 % segments.length];
                for (final VectorSpecies<Float> species : SPECIES) {
                    final FloatVector vector = FloatVector.fromMemorySegment(species, from, 0, ByteOrder.LITTLE_ENDIAN);
                    vector.add(1f).mul(0.5f).intoMemorySegment(to, 0, ByteOrder.LITTLE_ENDIAN);
                    sum += vector.lane(0);
                }
                to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * (i % FLOATS), i);
                sum += from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * (i % FLOATS));
            }
        }
        return sum;
    }
}
