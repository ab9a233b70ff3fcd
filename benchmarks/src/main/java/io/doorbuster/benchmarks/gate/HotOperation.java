package io.doorbuster.benchmarks.gate;

import java.util.function.IntConsumer;

/**
 * One operation that the exact gates watch.
 *
 * @param run does it as often as told, in a loop of its own.
 * @param perRound how often a measured round does it.
 */
record HotOperation(String name, int perRound, IntConsumer run) {}
