package io.doorbuster.gateway;

/** Which threads do the work; the same handlers in both, and the same journal. */
public enum ThreadMode {
    /** One thread does all: no hand-over, for machines with few cores. */
    SHARED,
    /** Network, journal, engine and egress each on a thread of its own, for machines with a core for each. */
    DEDICATED
}
