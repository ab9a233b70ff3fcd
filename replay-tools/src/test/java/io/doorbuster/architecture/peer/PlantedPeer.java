package io.doorbuster.architecture.peer;

import io.doorbuster.architecture.Planted;

/** Stands for a class that a planted class must not see; sees one of them, which closes a cycle of packages. */
public final class PlantedPeer {
    public Planted.@org.jspecify.annotations.Nullable CyclePeer cycle;
}
