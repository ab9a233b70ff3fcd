package io.doorbuster.architecture;

import io.doorbuster.architecture.peer.PlantedPeer;
import org.jspecify.annotations.Nullable;

/** Classes that break one rule of the architecture each, so that the rules are shown to be able to fail. */
public final class Planted {
    private Planted() {}

    static final class Vector {
        jdk.incubator.vector.@Nullable FloatVector vector;
    }

    static final class Queue {
        net.openhft.chronicle.queue.@Nullable ExcerptAppender appender;
    }

    static final class Map {
        net.openhft.chronicle.map.@Nullable ChronicleMap<Long, Long> map;
    }

    static final class Ring {
        com.lmax.disruptor.@Nullable RingBuffer<Long> ring;
    }

    static final class CommandLine {
        picocli.@Nullable CommandLine commandLine;
    }

    static final class Csv {
        org.apache.commons.csv.@Nullable CSVParser parser;
    }

    static final class Json {
        com.fasterxml.jackson.core.@Nullable JsonParser parser;
    }

    static final class Protobuf {
        com.google.protobuf.@Nullable CodedInputStream input;
    }

    static final class Sockets {
        java.nio.channels.@Nullable SocketChannel channel;
    }

    static final class KernelPeer {
        @Nullable
        PlantedPeer peer;
    }

    static final class JournalPeer {
        @Nullable
        PlantedPeer peer;
    }

    static final class EnginePeer {
        @Nullable
        PlantedPeer peer;
    }

    static final class GatewayPeer {
        @Nullable
        PlantedPeer peer;
    }

    static final class StagePeer {
        @Nullable
        PlantedPeer peer;
    }

    /** Half of a cycle of packages. */
    public static final class CyclePeer {
        @Nullable
        PlantedPeer peer;
    }

    static final class ThingHelper {}

    static class Open {}
}
