package io.doorbuster.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.intake.ShopEvent;
import io.doorbuster.intake.ShopEvent.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SaleGeneratorTest {
    private static List<SaleAction> play(long seed, double scale) {
        final SaleGenerator.Lane lane = new SaleGenerator(seed, scale, 1).lane(0);
        final List<SaleAction> actions = new ArrayList<>();
        while (lane.hasNext()) {
            actions.add(lane.next());
        }
        return actions;
    }

    @Test
    void saleShouldDependOnItsSeedAlone() {
        assertThat(play(5, 0.05)).isEqualTo(play(5, 0.05)).isNotEqualTo(play(6, 0.05));
    }

    @Test
    void sessionsAndPopularityShouldFollowTheMeasuredLogs() {
        final List<SaleAction> actions = play(1, 1);
        final List<ShopEvent> views = actions.stream()
                .map(SaleAction::event)
                .filter(event -> event.kind() == Kind.VIEWED || event.kind() == Kind.CLICKED)
                .toList();
        final long visits = actions.stream().filter(SaleAction::beginsVisit).count();
        assertThat((double) views.size() / visits)
                .as("views of a session; Diginetica 4.85")
                .isCloseTo(4.85, within(0.3));
        final Map<String, Integer> byItem = new HashMap<>();
        views.stream()
                .skip(views.size() / 2) // Behind the rush, which goes to the hot items by design.
                .forEach(event -> byItem.merge(event.item(), 1, Integer::sum));
        final List<Integer> counts =
                byItem.values().stream().sorted(Comparator.reverseOrder()).toList();
        final double all = counts.stream().mapToInt(Integer::intValue).sum();
        final double head =
                counts.stream().limit(400).mapToInt(Integer::intValue).sum();
        assertThat(head / all)
                .as("share of the top tenth; UCI and Diginetica 0.46")
                .isCloseTo(0.46, within(0.06));
    }

    @Test
    void everyPhaseShouldHappen() {
        final List<ShopEvent> events =
                play(2, 0.2).stream().map(SaleAction::event).toList();
        assertThat(events).anyMatch(event -> event.kind() == Kind.STOCK_ADJUSTED);
        assertThat(events).anyMatch(event -> event.kind() == Kind.ITEM);
        assertThat(events).anyMatch(event -> event.kind() == Kind.CARTED);
        assertThat(events).anyMatch(event -> event.kind() == Kind.PURCHASED);
    }
}
