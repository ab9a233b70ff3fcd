package io.doorbuster.diff;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.ConfiguredRecordDecoder;
import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelReleasedRecordDecoder;
import io.doorbuster.codec.ModelReleasedRecordEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An engine over a journal's records that lives under a {@link Change}: records that say otherwise are rewritten, each keeps
 * its position. One thread.
 */
final class ChangedEngine implements AutoCloseable {
    private final Change change;
    private final StateDirectory state = StateDirectory.temporary();
    private final ModelShelf shelf;
    private final Engine engine;
    private final UnsafeBuffer rewritten = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final ConfiguredRecordDecoder configured = new ConfiguredRecordDecoder();
    private final ConfiguredRecordEncoder configuredEncoder = new ConfiguredRecordEncoder();
    private final ModelReleasedRecordDecoder released = new ModelReleasedRecordDecoder();
    private final ModelReleasedRecordEncoder releasedEncoder = new ModelReleasedRecordEncoder();

    /** @param models where the models lie that the journal releases. */
    ChangedEngine(Path models, Change change) throws IOException {
        this.change = change;
        shelf = new ModelShelf(models);
        engine = new Engine(state.path(), shelf);
    }

    Engine engine() {
        return engine;
    }

    /** Applies one record, see {@link Engine#onRecord}. */
    int onRecord(DirectBuffer record, int offset, MutableDirectBuffer reply) {
        final long position = RecordDescriptor.position(record, offset);
        final int templateId = RecordDescriptor.templateId(record, offset);
        if (templateId == ConfiguredRecordDecoder.TEMPLATE_ID) {
            rewriteConfigured(record, offset, position);
        } else if (templateId != ModelReleasedRecordDecoder.TEMPLATE_ID || !rewriteReleased(record, offset, position)) {
            return engine.onRecord(record, offset, reply, 0);
        }
        return engine.onRecord(rewritten, 0, reply, 0);
    }

    /**
     * The change takes effect: before the record of the position, or behind it when that is the journal's first.
     *
     * @throws IllegalStateException when the model does not fit.
     */
    void begin(long position) {
        Settings settings = engine.settings();
        for (final Map.Entry<Setting, Long> setting : change.settings().entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        engine.stores().settings(settings);
        final Model model = change.model();
        if (model != null) {
            shelf.put(model);
            releasedEncoder.wrapAndApplyHeader(rewritten, MESSAGE_OFFSET, headerEncoder);
            releasedEncoder.modelId(1).role(ModelRole.ACTIVE);
            putHash(model);
            releasedEncoder.name(model.file().name());
            released.wrapAndApplyHeader(rewritten, MESSAGE_OFFSET, header);
            final Verdict verdict = new Verdict();
            verdict.set(Outcome.ACCEPTED);
            engine.models().onModelReleased(released, position, verdict);
            if (!verdict.isApplied()) {
                throw new IllegalStateException("the model " + model.file().name() + " reads item vectors of "
                        + model.embeddingDimensions() + " dimensions, and the shop's have "
                        + engine.settings().dimensions() + ": give one that fits, or --set DIMENSIONS="
                        + model.embeddingDimensions());
            }
        }
    }

    private void putHash(Model model) {
        final byte[] hash = HexFormat.of().parseHex(model.file().hash());
        for (int i = 0; i < hash.length; i++) {
            releasedEncoder.contentHash(i, (short) (hash[i] & 0xFF));
        }
    }

    /** What the change says stands; the first record says all of it. */
    private void rewriteConfigured(DirectBuffer record, int offset, long position) {
        configured.wrapAndApplyHeader(record, offset + MESSAGE_OFFSET, header);
        final Map<Setting, Long> said = new EnumMap<>(Setting.class);
        for (final ConfiguredRecordDecoder.SettingsDecoder entry : configured.settings()) {
            said.put(entry.setting(), entry.value());
        }
        for (final Map.Entry<Setting, Long> setting : change.settings().entrySet()) {
            if (change.holds(setting.getKey(), position) && (position == 1 || said.containsKey(setting.getKey()))) {
                said.put(setting.getKey(), setting.getValue());
            }
        }
        rewritten.putBytes(0, record, offset, MESSAGE_OFFSET);
        final ConfiguredRecordEncoder.SettingsEncoder group = configuredEncoder
                .wrapAndApplyHeader(rewritten, MESSAGE_OFFSET, headerEncoder)
                .settingsCount(said.size());
        said.forEach((setting, value) -> group.next().setting(setting).value(value));
        RecordDescriptor.length(rewritten, 0, RecordDescriptor.BODY_OFFSET + configuredEncoder.encodedLength());
    }

    /** A release or a rollback of what is shown changes nothing any more; its source and sequence still count. */
    private boolean rewriteReleased(DirectBuffer record, int offset, long position) {
        released.wrapAndApplyHeader(record, offset + MESSAGE_OFFSET, header);
        final Model model = change.model();
        if (model == null || position < change.from() || released.role() == ModelRole.SHADOW) {
            return false;
        }
        rewritten.putBytes(0, record, offset, RecordDescriptor.length(record, offset));
        releasedEncoder.wrap(rewritten, RecordDescriptor.BODY_OFFSET);
        putHash(model);
        if (released.role() == ModelRole.ROLLBACK) { // A record that says so has the field; older ones have not.
            releasedEncoder.role(ModelRole.ACTIVE);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        engine.close();
        state.close();
    }
}
