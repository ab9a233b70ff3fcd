package io.doorbuster.engine.checkpoint;

/**
 * What stores were restored from, and the hashes of their pages: the next checkpoint builds on it.
 *
 * @param checkpoint that was read.
 * @param hashes of its pages.
 */
public record Restored(Checkpoint checkpoint, PageHashes hashes) {}
