package io.doorbuster.simulator;

/** Something that must never be: what it is, for people. */
public final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SimulationFailure(String message) {
        super(message);
    }

    SimulationFailure(String message, Throwable cause) {
        super(message, cause);
    }

    static void check(boolean holds, String what, long value, long expected) {
        if (!holds) {
            throw new SimulationFailure(what + ": " + value + ", expected " + expected);
        }
    }
}
