package io.doorbuster.diff;

import io.doorbuster.offpolicy.OffPolicyRun;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a comparison found: what its JSON holds. Ids are unsigned numbers as text, shares lie in [0, 1], hashes are 16
 * hexadecimal digits.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}.
 * @param changes what the other engine had otherwise, in words.
 * @param from first position compared.
 * @param to last position compared.
 * @param comparedEvents events that came out as recorded, of those whose hash is on record.
 * @param facts computed, not guessed.
 * @param estimates what shoppers might have done; apart from the facts.
 * @param examples requests whose slates differ most, those first.
 */
public record DiffRun(
        int schemaVersion,
        String journal,
        List<String> changes,
        long from,
        long to,
        long comparedEvents,
        List<String> notes,
        Facts facts,
        Estimates estimates,
        List<Example> examples,
        double seconds) {
    /** Grows when a field goes or means something else. */
    public static final int SCHEMA_VERSION = 1;

    /** A figure as recorded, and under the change. */
    public record Pair(double recorded, double changed) {}

    /**
     * What both engines did at the same requests.
     *
     * @param requests answered with a slate.
     * @param differ slates that differ, items or their order.
     * @param firstDiffer slates whose first item differs.
     * @param overlap see {@link SlateChange}; means over all requests.
     * @param swapped mean over requests with two common items or more.
     * @param moved mean over requests with a common item.
     * @param gained items a slate that the recorded one did not hold, mean.
     * @param lost items a slate that the changed one does not hold, mean.
     * @param places of all slates.
     * @param priceMinor mean price of a place, minor units.
     * @param onlyRecorded different items that only the recorded side ever showed.
     * @param onlyChanged different items that only the changed side ever showed.
     * @param soldOut places whose item had no free stock then.
     * @param gainedMost items shown in more slates than recorded.
     * @param lostMost items shown in fewer.
     * @param state where the engines themselves came apart.
     */
    public record Facts(
            long requests,
            long differ,
            long firstDiffer,
            double overlap,
            double rankBiasedOverlap,
            double swapped,
            double moved,
            double gained,
            double lost,
            Pair places,
            Pair priceMinor,
            long onlyRecorded,
            long onlyChanged,
            Pair soldOut,
            List<Shown> gainedMost,
            List<Shown> lostMost,
            List<Share> categories,
            List<Share> sources,
            Next next,
            State state) {}

    /** An item, and the slates that showed it. */
    public record Shown(String itemId, String externalId, long recorded, long changed) {}

    /** Share of places, largest change first. */
    public record Share(String name, double recorded, double changed) {}

    /**
     * What shoppers really did behind slates.
     *
     * @param clicks joined to a slate.
     * @param purchases joined to a slate.
     * @param hits share of these whose item the slate held.
     * @param place mean place of those, from 0.
     * @param onlyRecorded actions whose item only the recorded slate held.
     * @param onlyChanged actions whose item only the changed slate holds.
     */
    public record Next(long clicks, long purchases, Pair hits, Pair place, long onlyRecorded, long onlyChanged) {}

    /**
     * Whether both engines are in the same state.
     *
     * @param differsFrom first position behind which the state hashes differ, the changed settings and model among it; null =
     *     they are equal.
     * @param learnedFrom first position behind which more than settings and models in use differs: from there on the changed
     *     engine also learned otherwise; null = it never did.
     */
    public record State(
            @Nullable Long differsFrom,
            @Nullable Long learnedFrom,
            String recordedHash,
            String changedHash,
            String recordedReplies,
            String changedReplies) {}

    /**
     * What the changed slates would have earned.
     *
     * @param refusal why there is no estimate; null = there is one.
     */
    public record Estimates(
            String reason,
            @Nullable String refusal,
            @Nullable OffPolicyRun run) {}

    /**
     * One request.
     *
     * @param shopper surrogate; 0 = nobody known.
     * @param history last items of the shopper, or of the session that the caller gave, newest first.
     * @param moves how each item moved, in words.
     */
    public record Example(
            long position,
            String shopper,
            double rankBiasedOverlap,
            List<String> history,
            List<Placed> recorded,
            List<Placed> changed,
            List<String> moves) {}

    /** An item at its place. */
    public record Placed(String itemId, String externalId, double score, String retrieved) {}
}
