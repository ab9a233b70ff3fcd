package io.doorbuster.evaluation;

import java.util.List;

/** How a log becomes training and cases: decided by the format of the file, never by whose log it is. */
public enum Protocol {
    /** Sessions of nobody in particular, one a line, in time order: the next item of each prefix of later sessions. */
    SESSIONS,
    /** One shopper a line, items in time order: the last item, with nobody's last two in training. */
    SEQUENCES,
    /** Rows of shopper, item, rating, time: a random tenth of each shopper's items, after the others in random order. */
    RATINGS,
    /** Events with times: what each shopper of before buys in the span behind the split. */
    EVENTS;

    /** The metrics that papers on such data state; tables hold these, the JSON all. */
    public List<String> shown() {
        return switch (this) {
            case SESSIONS -> List.of("P@20", "MRR@20", "HR@10", "NDCG@10");
            case SEQUENCES -> List.of("HR@10", "NDCG@10", "HR@20", "MRR@20");
            case RATINGS -> List.of("recall@10", "NDCG@10", "MRR@10", "HR@10", "precision@10");
            case EVENTS -> List.of("HR@20", "recall@20", "precision@20", "NDCG@20");
        };
    }

    /** Whether recall@K is of min(K, targets), and not of all targets. */
    boolean isRecallCapped() {
        return this == EVENTS;
    }
}
