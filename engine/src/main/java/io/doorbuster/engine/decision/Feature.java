package io.doorbuster.engine.decision;

/** What the ranker knows of a candidate after a history; its column is its ordinal. */
public enum Feature {
    /** log of what session neighbours held at or behind the anchor, over the best candidate's sum. */
    NEIGHBOURS_BEHIND,
    /** The same of what they held before it. */
    NEIGHBOURS_BEFORE,
    /** log of all candidates' sums: how much the neighbours know of this history at all. */
    NEIGHBOURS_SUM,
    /** Logit of the item embedding, less the best candidate's. */
    EMBEDDING_LOGIT,
    /** Cosine of the candidate and the last item in the embedding. */
    COSINE_TO_LAST,
    /** log of the sessions that held the item. */
    SESSIONS,
    /** log of the item's decayed popularity. */
    POPULARITY,
    /** log of the sessions since the item was last in one. */
    RECENCY,
    /** log of 1 + how often the history holds the item; 0 where the history is of an earlier session, as in the next two. */
    TIMES_SEEN,
    /** Whether it is the last item. */
    IS_LAST,
    /** One over the item's distance from the history's end; 0 if it is not there. */
    SEEN_NEAR,
    /** log of the history's length. */
    HISTORY_LENGTH,
    /** How much of the history, the newest counting most, is of the item's category and brand. */
    SAME_KIND,
    /** Logit of the factors learned for shopper and item; 0 for a shopper who is not known. */
    TASTE,
    /** log of the price over the last item's, without its sign; 0 where one is not known. */
    PRICE_DISTANCE,
    /** log of purchases per view. */
    CONVERSION,
    /** log of the shopper's own decayed count of the item, over that of the item that counts most. */
    OWN,
    /** log of 1 + the minutes since the history's last event. */
    AWAY,
    /** log of the item's popularity of a half-life 24 times shorter over the usual one: whether it rises. */
    TREND,
    /** log of its popularity of a half-life 24 times longer. */
    LASTING,
    /** log of its price over the mean one of its category; 0 where one is not known. */
    PRICE_IN_CATEGORY,
    /** Its mean rating. */
    RATING,
    /** Cosine of what its text or image shows and what those of the history do, the newest counting most; 0 where nobody said. */
    CONTENT
}
