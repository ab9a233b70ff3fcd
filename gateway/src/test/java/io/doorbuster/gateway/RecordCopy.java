package io.doorbuster.gateway;

import io.doorbuster.codec.HashRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.StockSetRecordDecoder;
import io.doorbuster.codec.StockSetRecordEncoder;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.journal.RecordHandler;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Copies records to another journal, but for one unit more in the first stock that is set. */
final class RecordCopy implements RecordHandler {
    long changed;
    private final JournalAppender appender;
    private final HashRecordDecoder hashRecord = new HashRecordDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final UnsafeBuffer digests = new UnsafeBuffer(0, 0);

    RecordCopy(JournalAppender appender) {
        this.appender = appender;
    }

    @Override
    public void onRecord(MutableDirectBuffer buffer, int offset, int length) {
        if (RecordDescriptor.position(buffer, offset) == 0) {
            hashRecord.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
            final long of = hashRecord.ofPosition();
            final long state = hashRecord.stateHash();
            final long replies = hashRecord.replyHash();
            final int engineVersion = hashRecord.engineVersion();
            hashRecord.wrapDigests(digests);
            appender.appendHash(engineVersion, of, state, replies, digests, 0, digests.capacity());
            return;
        }
        if (changed == 0 && RecordDescriptor.templateId(buffer, offset) == StockSetRecordDecoder.TEMPLATE_ID) {
            changed = RecordDescriptor.position(buffer, offset);
            final int body = offset + RecordDescriptor.BODY_OFFSET;
            final int onHand = new StockSetRecordDecoder()
                    .wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header)
                    .onHand();
            new StockSetRecordEncoder().wrap(buffer, body).onHand(onHand + 1);
        }
        appender.append(buffer, offset);
    }
}
