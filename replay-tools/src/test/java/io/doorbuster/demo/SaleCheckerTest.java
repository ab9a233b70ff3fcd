package io.doorbuster.demo;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;
import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.Slate;
import io.doorbuster.codec.ItemUpsertedRecordEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.PurchasedRecordEncoder;
import io.doorbuster.codec.RecommendRecordEncoder;
import io.doorbuster.codec.ReserveStockRecordEncoder;
import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Rung;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.RecordDescriptor;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker must see what an engine that sells twice, or shows what is sold out, would have journaled and answered. */
class SaleCheckerTest {
    private static final long ITEM = 7;
    private static final long SECOND_NS = 1_000_000_000L;

    private final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ReplyLog replies = new ReplyLog();

    @TempDir
    Path data;

    private JournalAppender journal;
    private long timeNs = 1_700_000_000L * SECOND_NS;

    @BeforeEach
    void open() {
        journal = JournalAppender.open(DataDirectory.journal(data), 0, 0);
        final ItemUpsertedRecordEncoder item = new ItemUpsertedRecordEncoder();
        item.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(ITEM)
                .initialOnHand(2)
                .externalId("seven")
                .title("");
        append(item.encodedLength());
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private long append(int encodedLength) {
        timeNs += SECOND_NS;
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + encodedLength);
        RecordDescriptor.journalTimeNs(record, 0, timeNs);
        return journal.append(record, 0);
    }

    private void reserve(long reservationId, int quantity, boolean isAccepted) {
        final ReserveStockRecordEncoder reserve = new ReserveStockRecordEncoder();
        reserve.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .reservationId(reservationId)
                .itemId(ITEM)
                .quantity(quantity)
                .timeToLiveMillis(10_000);
        final long position = append(reserve.encodedLength());
        if (isAccepted) {
            replies.onAccepted(position);
        }
    }

    private void purchase(long reservationId, int quantity) {
        final PurchasedRecordEncoder purchased = new PurchasedRecordEncoder();
        purchased
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(ITEM)
                .quantity(quantity)
                .reservationId(reservationId);
        replies.onAccepted(append(purchased.encodedLength()));
    }

    private void show() {
        final RecommendRecordEncoder recommend = new RecommendRecordEncoder();
        recommend
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .rung(Rung.NETWORK)
                .contextCount(0);
        recommend.blocklistCount(0);
        final long position = append(recommend.encodedLength());
        replies.onSlate(new Slate(
                position, Rung.NETWORK, List.of(new Slate.Item(ITEM, "seven", 100, 0f, Retrieved.TRENDING, 1f))));
    }

    private SaleChecker check() {
        journal.flush();
        final SaleChecker checker = new SaleChecker(replies);
        checker.check(data);
        return checker;
    }

    @Test
    void honestSaleShouldPass() {
        show();
        reserve(1, 2, true);
        reserve(2, 1, false);
        purchase(1, 2);
        final SaleChecker checker = check();
        assertThat(checker.slates()).isEqualTo(1);
        assertThat(checker.promised()).isEqualTo(2);
        assertThat(checker.soldOutShown()).isZero();
        assertThat(checker.oversold()).isZero();
    }

    @Test
    void unitPromisedTwiceShouldBeCounted() {
        reserve(1, 2, true);
        reserve(2, 1, true);
        assertThat(check().oversold()).isEqualTo(1);
    }

    @Test
    void purchaseFromALapsedReservationShouldBeCounted() {
        reserve(1, 1, true);
        timeNs += 60 * SECOND_NS;
        purchase(1, 1);
        assertThat(check().oversold()).isEqualTo(1);
    }

    @Test
    void soldOutItemInASlateShouldBeCountedUntilItsReservationLapses() {
        reserve(1, 2, true);
        show();
        timeNs += 60 * SECOND_NS;
        show();
        assertThat(check().soldOutShown()).isEqualTo(1);
    }
}
