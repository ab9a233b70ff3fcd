package io.doorbuster.evaluation;

/** Answers cases with slates. One thread. */
interface Recommender {
    /** What tables call it. */
    String name();

    /**
     * Fills a slate with the numbers of different items, best first, none of which the case excludes.
     *
     * @param slate of {@link Metrics#PLACES}.
     * @return places filled.
     */
    int recommend(Cases cases, int number, int[] slate);
}
