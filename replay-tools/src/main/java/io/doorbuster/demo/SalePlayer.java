package io.doorbuster.demo;

import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.ItemIds;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.Slate;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Scenario;
import io.doorbuster.intake.EventSender;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.ShopEvent;
import io.doorbuster.intake.ShopEvent.Kind;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Plays actions on one connection: facts pipelined, each slate waited for before the next action. Of all reservations, one
 * in 32 is left to run out and one in 32 is given back. One thread.
 */
public final class SalePlayer {
    private static final int FEED = 20;
    private static final int BESIDE = 10;
    private static final int VIEWS_FOR_ONE_PAGE = 4;
    private static final int FATES = 32;
    private static final long TIME_TO_LIVE_MILLIS = 2_000;

    private final EventSender sender;
    private final ReplyLog replies;
    private final PlayStatistics statistics;
    private final Map<String, Set<Long>> feeds = new HashMap<>();
    private long nextReservation;
    private long views;

    /**
     * A player.
     *
     * @param lane distinguishes the reservations of players.
     * @param isLog whether events carry their own times.
     */
    public SalePlayer(
            PipelinedClient client,
            int lane,
            boolean isLog,
            IntakeReport report,
            ReplyLog replies,
            PlayStatistics statistics) {
        sender = new EventSender(client, report, isLog);
        this.replies = replies;
        this.statistics = statistics;
        nextReservation = (lane + 1L) << 40;
    }

    /** Plays one action. */
    public void play(SaleAction action) throws IOException {
        final ShopEvent event = action.event();
        if (action.beginsVisit()) {
            final Slate slate = ask(event.shopper(), Scenario.FEED, FEED, List.of());
            feeds.put(
                    event.shopper(),
                    slate.items().stream().map(Slate.Item::itemId).collect(Collectors.toUnmodifiableSet()));
        }
        if (action.isReserved()) {
            buyReserved(event);
        } else {
            if (event.kind() == Kind.PURCHASED) {
                onPurchase(event);
            }
            sender.send(event);
            statistics.onEvent();
        }
        if (event.kind() == Kind.VIEWED && ++views % VIEWS_FOR_ONE_PAGE == 0) {
            ask(event.shopper(), Scenario.ITEM_PAGE, BESIDE, List.of(event.item()));
        } else if (event.kind() == Kind.CARTED) {
            ask(event.shopper(), Scenario.CART, BESIDE, List.of(event.item()));
        }
    }

    private Slate ask(String shopper, Scenario scenario, int size, List<String> context) throws IOException {
        final long beginNs = System.nanoTime();
        final Slate slate = sender.recommend(shopper, scenario, size, context);
        statistics.onAnswered(System.nanoTime() - beginNs);
        replies.onSlate(slate);
        return slate;
    }

    private void onPurchase(ShopEvent event) {
        final Set<Long> feed = feeds.getOrDefault(event.shopper(), Set.of());
        statistics.onPurchase(feed.contains(ItemIds.of(event.item())));
    }

    private void buyReserved(ShopEvent event) throws IOException {
        final long reservationId = nextReservation++;
        final Acknowledgement reserved = sender.reserve(reservationId, event, TIME_TO_LIVE_MILLIS);
        statistics.onEvent();
        if (reserved.outcome() != Outcome.ACCEPTED) {
            statistics.onSoldOutAnswer();
            return;
        }
        replies.onAccepted(reserved.position());
        final int fate = (int) (reservationId % FATES);
        if (fate == 0) {
            return; // The shopper leaves; the units come back when the time has run out.
        }
        statistics.onEvent();
        if (fate == 1) {
            sender.release(reservationId);
            return;
        }
        final Acknowledgement bought = sender.purchase(reservationId, event);
        if (bought.outcome() == Outcome.ACCEPTED || bought.outcome() == Outcome.OVERCOMMITTED) {
            replies.onAccepted(bought.position());
            onPurchase(event);
        }
    }

    /** Waits until every outcome has come. */
    public void finish() throws IOException {
        sender.drain();
    }
}
