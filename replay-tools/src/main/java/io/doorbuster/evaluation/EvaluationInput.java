package io.doorbuster.evaluation;

import io.doorbuster.intake.RowFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The log that is evaluated on.
 *
 * @param test cases of {@link Protocol#SESSIONS}; null = none, which only a validation can do without.
 * @param attributes JSON {item: [category, brand, ...]} of {@link Protocol#SEQUENCES}.
 * @param format of the rows of {@link Protocol#EVENTS}.
 * @param isValidation whether training and cases come from the training part alone, for choosing without a look at the test.
 * @param days length of the test span of {@link Protocol#EVENTS}.
 * @param split its begin; null = so that it ends with the file.
 * @param seed of the random split of {@link Protocol#RATINGS}, and of intervals.
 */
public record EvaluationInput(
        Protocol protocol,
        Path train,
        @Nullable Path test,
        @Nullable Path attributes,
        @Nullable RowFormat format,
        boolean isValidation,
        int days,
        @Nullable Instant split,
        long seed) {
    /**
     * Reads the files.
     *
     * @throws IOException when one cannot be read, or holds nothing to train on or to ask; the message says what to do.
     */
    Task read() throws IOException {
        final Task task = switch (protocol) {
            case SESSIONS -> SessionsProtocol.read(this);
            case SEQUENCES -> SequencesProtocol.read(this);
            case RATINGS -> RatingsProtocol.read(this);
            case EVENTS -> EventsProtocol.read(this);
        };
        if (task.log().size() == 0) {
            throw new IOException(train + " leaves nothing to train on: " + whyNothing());
        }
        if (task.cases().size() == 0) {
            throw new IOException(train + " leaves no test case: " + whyNone());
        }
        return task;
    }

    private String whyNothing() {
        return protocol == Protocol.EVENTS
                ? "the protocol needs events of a span before, to learn from, and of a span after, to ask about, and no event"
                        + " comes before; "
                        + (split == null
                                ? "the last " + days
                                        + " days are asked about: give fewer --days, or --split TIME with a"
                                        + " time between the first event and the last"
                                : "give a later --split")
                : "the span or share for it is empty";
    }

    private String whyNone() {
        return switch (protocol) {
            case SESSIONS ->
                test == null || isValidation
                        ? "no session of its last tenth has two items that the nine tenths before it hold"
                        : test + " holds no line of prefix, tab, target, and no session of two items";
            case SEQUENCES -> "no shopper has the three items that training, validation and test need";
            case RATINGS -> "no shopper has enough rows for a tenth of them";
            case EVENTS ->
                "nobody of before the split bought anything behind it; choose another --split or more --days";
        };
    }
}
