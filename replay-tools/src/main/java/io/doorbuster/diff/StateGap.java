package io.doorbuster.diff;

import io.doorbuster.codec.ConfiguredRecordDecoder;
import io.doorbuster.codec.ModelReleasedRecordDecoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.replay.Hashes;
import org.jspecify.annotations.Nullable;

/**
 * Tells a changed rule from what was learned under it. The state hash is a sum over rows, so the difference of two engines'
 * hashes stays what the changed settings and model make it until another row differs. One thread.
 */
final class StateGap {
    private long gap;
    private long recordedHash;
    private long changedHash;
    private long recordedReplies;
    private long changedReplies;
    private @Nullable Long differsFrom;
    private @Nullable Long learnedFrom;

    /** The change has taken effect; both engines have applied the same records. */
    void onChanged(Engine recorded, Engine changed) {
        gap = changed.stateHash() - recorded.stateHash();
    }

    /** Both engines have applied an event. */
    void onApplied(long position, int templateId, Engine recorded, Engine changed) {
        recordedHash = recorded.stateHash();
        changedHash = changed.stateHash();
        recordedReplies = recorded.replyHash();
        changedReplies = changed.replyHash();
        final long now = changedHash - recordedHash;
        if (differsFrom == null && now != 0) {
            differsFrom = position;
        }
        final boolean isRule = position == 1
                || templateId == ConfiguredRecordDecoder.TEMPLATE_ID
                || templateId == ModelReleasedRecordDecoder.TEMPLATE_ID;
        if (learnedFrom == null && now != gap && !isRule) {
            learnedFrom = position;
        }
        gap = now;
    }

    DiffRun.State state() {
        return new DiffRun.State(
                differsFrom,
                learnedFrom,
                Hashes.hex(recordedHash),
                Hashes.hex(changedHash),
                Hashes.hex(recordedReplies),
                Hashes.hex(changedReplies));
    }
}
