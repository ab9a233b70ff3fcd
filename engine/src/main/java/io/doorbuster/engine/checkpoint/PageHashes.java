package io.doorbuster.engine.checkpoint;

import io.doorbuster.engine.store.PageStores;

/** The state hash in parts, one for each page, so that the hash of all state follows from the pages that changed. One thread. */
public final class PageHashes {
    private final long[][] hashes;
    private long sum;

    /** All zeros: the hash of pages never written. */
    PageHashes(PageStores stores) {
        hashes = new long[stores.all().size()][];
        for (int store = 0; store < hashes.length; store++) {
            hashes[store] = new long[stores.all().get(store).pageCount()];
        }
    }

    /** Changes the hash of a page. */
    void set(int store, int page, long hash) {
        sum += hash - hashes[store][page];
        hashes[store][page] = hash;
    }

    /** The hash of all state. */
    long sum() {
        return sum;
    }
}
