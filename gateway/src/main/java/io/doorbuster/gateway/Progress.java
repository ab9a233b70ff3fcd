package io.doorbuster.gateway;

/** Told how far long work is. */
public interface Progress {
    /** Nobody wants to know. */
    Progress NONE = position -> {};

    /** The start has replayed the journal up to here. */
    void onReplayed(long position);
}
