package io.doorbuster.client;

import io.doorbuster.codec.Outcome;

/**
 * What became of a fact or command.
 *
 * @param position journal position at which it was decided; of a duplicate, the first one.
 * @param outcome see the schema.
 * @param detail see the outcome; otherwise 0.
 */
public record Acknowledgement(long position, Outcome outcome, long detail) {}
