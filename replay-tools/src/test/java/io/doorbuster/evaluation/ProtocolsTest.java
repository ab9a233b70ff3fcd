package io.doorbuster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.doorbuster.intake.MappedFormat;
import io.doorbuster.intake.RowFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProtocolsTest {
    private static final RowFormat CSV = new MappedFormat(Map.of(), "", false);

    @TempDir
    Path directory;

    private Path file(String name, String... lines) throws IOException {
        return Files.writeString(directory.resolve(name), String.join("\n", lines));
    }

    private static EvaluationInput input(Protocol protocol, Path train, @Nullable Path other, boolean isValidation) {
        return new EvaluationInput(
                protocol,
                train,
                protocol == Protocol.SESSIONS ? other : null,
                protocol == Protocol.SEQUENCES ? other : null,
                protocol == Protocol.EVENTS ? CSV : null,
                isValidation,
                10,
                null,
                1);
    }

    private static String names(Task task, Cases.Span span) {
        final List<String> names = new ArrayList<>();
        for (int place = span.from(); place < span.to(); place++) {
            names.add(task.catalogue().item(task.cases().item(place)).externalId());
        }
        return String.join(" ", names);
    }

    private static List<String> asked(Task task, Cases cases) {
        return IntStream.range(0, cases.size())
                .mapToObj(number -> names(task, cases.context(number)) + " > " + names(task, cases.targets(number)))
                .toList();
    }

    private static List<String> trained(Task task) {
        final EventLog.ByShopper byShopper = task.log().byShopper();
        final List<String> trained = new ArrayList<>();
        for (int shopper = 0; shopper < byShopper.shoppers(); shopper++) {
            final List<String> names = new ArrayList<>();
            for (int i = 0; i < byShopper.count(shopper); i++) {
                names.add(task.catalogue()
                        .item(task.log().item(byShopper.event(shopper, i)))
                        .externalId());
            }
            trained.add(String.join(" ", names));
        }
        return trained;
    }

    @Test
    void sessionsShouldAskWhatTheTestFileAsks() throws IOException {
        final Path train = file("train", "1 2 3", "", "x y", "2 1");
        final Path test = file("test", "1 2 3\t2", "1 2\t3", "1\t2", "9 1\t1", "2 1 x", "1\t2\t3", "\t1", "1\t", "7");
        final Task task = input(Protocol.SESSIONS, train, test, false).read();
        assertThat(trained(task)).containsExactly("1 2 3", "x y", "2 1");
        assertThat(asked(task, task.cases()))
                .containsExactly("1 2 3 > 2", "1 2 > 3", "1 > 2", "9 1 > 1", "2 > 1", "2 1 > x");
        assertThat(IntStream.range(0, 6).map(task.cases()::group)).containsExactly(0, 0, 0, 1, 2, 2);
        final Task.Input lines = task.inputs().getLast();
        assertThat(lines.lines().read()).isEqualTo(9);
        assertThat(lines.lines().rejectedByReason())
                .hasEntrySatisfying("not the items of a prefix, one tab and one target", rejections -> {
                    assertThat(rejections.count()).isEqualTo(3);
                    assertThat(rejections.firstRow()).isEqualTo(6);
                })
                .containsKey("a session of one item leaves nothing to ask");
        assertThat(task.timeNs()).isGreaterThan(task.log().timeNs(task.log().size() - 1));
    }

    @Test
    void validationOfSessionsShouldStayWithinTheTrainingFile() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (int i = 0; i < 18; i++) {
            lines.add("1 2 3 " + (4 + i % 3));
        }
        lines.add("1 unseen 3 4");
        lines.add("unseen 1");
        final Path train = file("train", lines.toArray(String[]::new));
        final Task task = input(Protocol.SESSIONS, train, null, true).read();
        assertThat(trained(task)).hasSize(18).noneMatch(session -> session.contains("unseen"));
        assertThat(asked(task, task.cases())).containsExactly("1 > 3", "1 3 > 4");
    }

    @Test
    void sequencesShouldTrainOnNobodysLastTwo() throws IOException {
        final Path train = file("train", "ann 1 2 3 4", "bob 4 1 5", "cid 6 7", "ann 1", "dan");
        final Task task = input(Protocol.SEQUENCES, train, null, false).read();
        assertThat(trained(task)).containsExactly("1 2", "4", "6 7");
        assertThat(asked(task, task.cases())).containsExactly("1 2 3 > 4", "4 1 > 5");
        assertThat(names(task, task.cases().excluded(0))).isEqualTo("1 2 3");
        assertThat(task.inputs().getFirst().lines().rejectedByReason().keySet())
                .containsExactly(
                        "the shopper has a line already: bring them together into one", "a shopper without items");
        final Task validation = input(Protocol.SEQUENCES, train, null, true).read();
        assertThat(trained(validation)).containsExactly("1 2", "4", "6 7");
        assertThat(asked(validation, validation.cases())).containsExactly("1 2 > 3", "4 > 1");
    }

    @Test
    void sequencesShouldAllowRepeatsWhereTrainingHasThem() throws IOException {
        final Task task = input(Protocol.SEQUENCES, file("train", "ann 1 2 1 4 1"), null, false)
                .read();
        assertThat(task.cases().excluded(0).length()).isZero();
    }

    @Test
    void attributesShouldBecomeCategoryAndBrandBeforeTheFirstEvent() throws IOException {
        final Path train = file("train", "ann 1 2 3", "bob 3 1 4");
        final Path attributes = file("attributes", "{\"4\": [7, 8, 9], \"1\": [5], \"77\": [1], \"2\": []}");
        final Task task = input(Protocol.SEQUENCES, train, attributes, false).read();
        final Catalogue catalogue = task.catalogue();
        assertThat(task.described())
                .containsExactly(catalogue.numberOf("4"), catalogue.numberOf("1"), catalogue.numberOf("2"));
        assertThat(catalogue.item(catalogue.numberOf("4"))).isEqualTo(new Catalogue.Item(4, "4", 7, 8, 0));
        assertThat(catalogue.item(catalogue.numberOf("1")).category()).isEqualTo(5);
        assertThatThrownBy(() -> input(Protocol.SEQUENCES, train, file("bad", "[1]"), false)
                        .read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not {\"item\": [attribute, ...], ...}");
    }

    @Test
    void ratingsShouldBeSplitPerShopperAndRankNothingKnown() throws IOException {
        final List<String> lines =
                new ArrayList<>(List.of("user_id:token\titem_id:token\trating:float\ttimestamp:float"));
        for (int shopper = 1; shopper <= 4; shopper++) {
            for (int i = 0; i < 5 + 10 * shopper; i++) {
                lines.add(shopper + "\t" + (100 + i) + "\t4.0\t" + (1_000_000 + 7 * i % 31));
            }
        }
        lines.add("5\t100\t3\tnever");
        final Path train = file("ratings", lines.toArray(String[]::new));
        final Task test = input(Protocol.RATINGS, train, null, false).read();
        final Task validation = input(Protocol.RATINGS, train, null, true).read();
        assertThat(trained(test)).isEqualTo(trained(validation));
        for (int shopper = 0; shopper < 4; shopper++) {
            final int count = 15 + 10 * shopper;
            final Set<String> trained = Set.of(trained(test).get(shopper).split(" "));
            final Set<String> asked =
                    Set.of(names(test, test.cases().targets(shopper)).split(" "));
            final Set<String> between = Set.of(
                    names(validation, validation.cases().targets(shopper)).split(" "));
            assertThat(asked).hasSize(count / 10);
            assertThat(between).hasSize(count / 10);
            assertThat(trained).hasSize(count - 2 * (count / 10));
            final Set<String> all = new HashSet<>(trained);
            all.addAll(between);
            assertThat(Set.of(names(test, test.cases().excluded(shopper)).split(" ")))
                    .isEqualTo(all);
            all.addAll(asked);
            assertThat(all).hasSize(count);
        }
        final List<String> last = List.of(trained(test).get(3).split(" "));
        assertThat(last).isNotEqualTo(last.stream().sorted().toList()).doesNotHaveDuplicates();
        assertThat(test.inputs().getFirst().lines().rejectedByReason()).containsKey("rating or timestamp is no number");
        for (int event = 1; event < test.log().size(); event++) {
            assertThat(test.log().timeNs(event))
                    .isGreaterThanOrEqualTo(test.log().timeNs(event - 1));
        }
        assertThatThrownBy(() -> input(Protocol.RATINGS, file("headless", "1\t2\t3\t4"), null, false)
                        .read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("user_id, item_id, rating, timestamp");
    }

    private Path events() throws IOException {
        return file(
                "events",
                "type,time,shopper,item",
                "purchase,2020-01-05,ann,a",
                "view,2020-01-06,ann,b",
                "purchase,2020-01-08,bob,a",
                "purchase,2020-01-15,ann,b",
                "purchase,2020-01-21,ann,c",
                "purchase,2020-01-22,ann,a",
                "purchase,2020-01-22,eve,a",
                "view,2020-01-30,bob,c",
                "cart,,bob,c");
    }

    @Test
    void eventsShouldAskWhatIsBoughtInTheLastDays() throws IOException {
        final Task task = input(Protocol.EVENTS, events(), null, false).read(); // 10 days: from January 21 on.
        assertThat(task.timeNs())
                .isEqualTo(Instant.parse("2020-01-21T00:00:00Z").getEpochSecond() * 1_000_000_000L);
        assertThat(trained(task)).containsExactly("a b b", "a");
        assertThat(asked(task, task.cases())).containsExactly("a b b > c a");
        final Cases newCases = Objects.requireNonNull(task.newCases());
        assertThat(asked(task, newCases)).containsExactly("a b b > c");
        assertThat(names(task, newCases.excluded(0))).isEqualTo("a b");
        assertThat(task.notes()).anyMatch(note -> note.contains("1 shoppers of the span were not there before"));
        assertThat(task.inputs().getFirst().lines().rejectedByReason())
                .containsKey("no time, by which events are split");
        final Task validation = input(Protocol.EVENTS, events(), null, true).read();
        assertThat(trained(validation)).containsExactly("a b", "a");
        assertThat(asked(validation, validation.cases())).containsExactly("a b > b");
    }

    @Test
    void emptySpansShouldSayWhatToDo() throws IOException {
        final EvaluationInput early = new EvaluationInput(
                Protocol.EVENTS, events(), null, null, CSV, false, 10, Instant.parse("2019-01-01T00:00:00Z"), 1);
        assertThatThrownBy(early::read).isInstanceOf(IOException.class).hasMessageContaining("nothing to train on");
        final EvaluationInput late = new EvaluationInput(
                Protocol.EVENTS, events(), null, null, CSV, false, 10, Instant.parse("2021-01-01T00:00:00Z"), 1);
        assertThatThrownBy(late::read).isInstanceOf(IOException.class).hasMessageContaining("choose another --split");
    }

    @Test
    void baselinesShouldScoreAsInTheSessionPapers() throws IOException {
        final Path folder = Path.of(System.getProperty("doorbuster.root"), "../shared/data/session_diginetica");
        final Path train = folder.resolve("train_sessions.txt.gz");
        assumeThat(train).as("the Diginetica sessions are not here").exists();
        final Task task = input(Protocol.SESSIONS, train, folder.resolve("test_prefix_target.tsv.gz"), false)
                .read();
        assertThat(task.cases().size()).isEqualTo(60_858);
        assertThat(task.log().size()).isEqualTo(906_140);
        assertThat(IntStream.range(0, 60_858)
                        .map(task.cases()::group)
                        .distinct()
                        .count())
                .isEqualTo(15_963);
        assertThat(percent(task, new OwnHistory(task), "HR@20")).isBetween(21.0, 21.2); // 21.06 in the paper.
        assertThat(percent(task, new OwnHistory(task), "MRR@20")).isBetween(13.6, 13.8); // 13.68.
        assertThat(percent(task, Popularity.ofAll(task), "HR@20")).isBetween(0.85, 0.95); // 0.89.
        assertThat(percent(task, Popularity.ofAll(task), "MRR@20")).isBetween(0.19, 0.22); // 0.20.
        assertThat(percent(task, new ItemNeighbours(task), "HR@20"))
                .isBetween(37.2, 37.3); // 35.75; 37.27 by a script of ours.
        assertThat(percent(task, new ItemNeighbours(task), "MRR@20")).isBetween(11.9, 12.1); // 11.57; 11.99.
    }

    private static double percent(Task task, Recommender recommender, String metric) {
        final Slates slates = Slates.of(recommender, task.cases(), (number, slate, size) -> {}, number -> {});
        return 100 * slates.rows(Slates.TargetFilter.ALL, false).means()[Metrics.NAMES.indexOf(metric)];
    }
}
