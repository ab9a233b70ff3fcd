package io.doorbuster.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.ItemIds;
import io.doorbuster.codec.Scenario;
import io.doorbuster.evaluation.Cases.Span;
import io.doorbuster.evaluation.Task.Input;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RejectedRowException;
import io.doorbuster.intake.RowFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * See {@link Protocol#SEQUENCES}. Strict: the last item of each shopper is the test's, the one before the validation's, and
 * nobody's are trained on; a test case's context is the shopper's own items up to the one that is asked for.
 */
final class SequencesProtocol {
    /** What the item before another says beside it, in the baseline. */
    private static final double CONTEXT_DECAY = 0.8;

    private static final long CODE_MAX = 0xFFFF_FFFEL;

    private final Catalogue catalogue = new Catalogue();
    private final Sequences sequences = new Sequences();
    private final EventLog log = new EventLog();
    private final Cases cases = new Cases();
    private final List<Integer> described = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private SequencesProtocol() {}

    static Task read(EvaluationInput input) throws IOException {
        return new SequencesProtocol().task(input);
    }

    private Task task(EvaluationInput input) throws IOException {
        final IntakeReport lines = new IntakeReport();
        final Set<String> shoppers = new HashSet<>();
        LineFile.read(input.train(), lines, (line, number) -> {
            final List<String> ids = LineFile.ids(line);
            if (ids.size() < 2) {
                throw new RejectedRowException("a shopper without items");
            }
            if (!shoppers.add(ids.getFirst())) {
                throw new RejectedRowException("the shopper has a line already: bring them together into one");
            }
            ids.subList(1, ids.size()).forEach(id -> sequences.item(catalogue.obtain(id)));
            sequences.end();
        });
        final Path attributes = input.attributes();
        if (attributes != null) {
            describe(attributes);
        }
        boolean hasRepeats = false;
        final int[] turns = drawnOrder(sequences.size());
        for (int turn = 0; turn < turns.length; turn++) {
            final int trained = trainedOf(turns[turn]);
            sequences.view(turns[turn], trained, turn, log);
            hasRepeats |= hasRepeats(turns[turn], trained);
        }
        notes.add("shoppers come in a drawn order: that of a file without times may be anything");
        ask(input.isValidation() ? 2 : 1, hasRepeats);
        return new Task(
                Protocol.SEQUENCES,
                catalogue,
                described,
                log,
                new EventLog(),
                cases,
                null,
                "shoppers",
                Sequences.afterNs(log),
                Scenario.SESSION,
                true,
                null,
                0,
                0,
                CONTEXT_DECAY,
                List.of(new Input(input.train(), lines)),
                notes);
    }

    /**
     * Numbers from 0 in an order that is drawn, always the same one. A file's order is none of time: where those who wrote of the
     * same product stand side by side, what is recent would seem to tell what comes next.
     */
    private static int[] drawnOrder(int count) {
        final int[] order = new int[count];
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < count; i++) {
            final int place = random.nextInt(i + 1);
            order[i] = order[place];
            order[place] = i;
        }
        return order;
    }

    /** Items of a shopper that are trained on; one of fewer than three has no case, and all of them are. */
    private int trainedOf(int shopper) {
        final int length = sequences.length(shopper);
        return length < 3 ? length : length - 2;
    }

    private boolean hasRepeats(int shopper, int count) {
        final Set<Integer> seen = new HashSet<>();
        for (int place = 0; place < count; place++) {
            if (!seen.add(sequences.item(shopper, place))) {
                return true;
            }
        }
        return false;
    }

    private void ask(int fromEnd, boolean hasRepeats) {
        int tooShort = 0;
        for (int shopper = 0; shopper < sequences.size(); shopper++) {
            final int length = sequences.length(shopper);
            if (length < 3) {
                tooShort++;
                continue;
            }
            final Span all = cases.pool(sequences.items(shopper));
            final int target = all.from() + length - fromEnd;
            final Span context = new Span(all.from(), target);
            cases.add(
                    shopper,
                    shopper,
                    context,
                    new Span(target, target + 1),
                    hasRepeats ? Span.EMPTY : distinct(context));
        }
        notes.add(
                fromEnd == 1
                        ? "leave one out: the last item is asked for, nobody's last two are trained on"
                        : "validation: the last item but one is asked for, nobody's last two are trained on");
        if (tooShort > 0) {
            notes.add(String.format("%,d shoppers of fewer than three items are trained on and not asked", tooShort));
        }
        if (!hasRepeats) {
            notes.add("nobody has an item twice in training, so none is recommended again, by whomever");
        }
    }

    /** The same when no item is in it twice, as is to be expected where nobody repeats. */
    private Span distinct(Span context) {
        final IntArrayList newestLast = new IntArrayList();
        for (int place = context.from(); place < context.to(); place++) {
            newestLast.removeInt(cases.item(place));
            newestLast.addInt(cases.item(place));
        }
        return newestLast.size() == context.length() ? context : cases.pool(newestLast.toIntArray());
    }

    private void describe(Path path) throws IOException {
        final @Nullable JsonNode tree;
        try (BufferedReader text = RowFile.text(path)) {
            tree = new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException(path + " is no JSON: " + e.getOriginalMessage(), e);
        }
        if (tree == null || !tree.isObject() || tree.isEmpty()) {
            throw new IOException(path + " is not {\"item\": [attribute, ...], ...}");
        }
        int strangers = 0;
        for (final Map.Entry<String, JsonNode> entry : tree.properties()) {
            final int item = catalogue.numberOf(entry.getKey());
            if (!entry.getValue().isArray()) {
                throw new IOException(path + ": attributes of item " + entry.getKey() + " are no list");
            }
            if (item == Catalogue.NONE) {
                strangers++;
                continue;
            }
            catalogue.describe(item, code(entry.getValue(), 0), code(entry.getValue(), 1), 0);
            described.add(item);
        }
        notes.add(String.format(
                "%,d items have attributes, the first as category, the second as brand, and are known before the first"
                        + " event; %,d more of the file are in nobody's line",
                described.size(), strangers));
    }

    private static long code(JsonNode attributes, int index) {
        final @Nullable JsonNode attribute = attributes.get(index);
        if (attribute == null) {
            return 0;
        }
        final boolean isCode =
                attribute.canConvertToLong() && attribute.longValue() >= 0 && attribute.longValue() <= CODE_MAX;
        return isCode ? attribute.longValue() : ItemIds.code(attribute.asText());
    }
}
