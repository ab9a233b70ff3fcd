package io.doorbuster.gateway;

import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.RecordDescriptor;
import java.util.EnumMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/** Settings that are asked for at a start, as the record that makes them so. */
public final class JournalSettings {
    private JournalSettings() {}

    /**
     * Makes what is asked for the next record of the journal, unless it is so already; all settings in a new one.
     *
     * @param wallNs nanoseconds since 1970; the record is of that time, or of the journal's last.
     * @throws IllegalArgumentException when a setting is out of range, or fixed and other than the journal's.
     */
    public static void configure(Map<Setting, Long> asked, JournalAppender appender, Engine engine, long wallNs) {
        final Map<Setting, Long> changes =
                appender.lastPosition() == 0 ? allOf(asked) : changesOf(engine.settings(), asked);
        if (!changes.isEmpty()) {
            final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
            encode(record, changes, Math.max(wallNs, appender.lastJournalTimeNs()));
            appender.append(record, 0);
            appender.flush();
            engine.onRecord(record, 0, new UnsafeBuffer(new byte[Engine.REPLY_MAX]), 0);
        }
    }

    /** Every setting, for the first record. */
    private static Map<Setting, Long> allOf(Map<Setting, Long> asked) {
        Settings settings = Settings.DEFAULTS;
        for (final Map.Entry<Setting, Long> setting : asked.entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        final Map<Setting, Long> all = new EnumMap<>(Setting.class);
        for (final Setting setting : Setting.values()) {
            if (setting != Setting.NONE && setting != Setting.NULL_VAL) {
                all.put(setting, settings.value(setting));
            }
        }
        return all;
    }

    /**
     * What a start would journal.
     *
     * @throws IllegalArgumentException when a setting is out of range, or fixed and other than the journal's.
     */
    static Map<Setting, Long> changesOf(Settings recorded, Map<Setting, Long> asked) {
        final Map<Setting, Long> changes = new EnumMap<>(Setting.class);
        asked.forEach((setting, value) -> {
            final long now = recorded.value(setting);
            if (recorded.with(setting, value).value(setting) != now) {
                if (Settings.isFixed(setting)) {
                    throw new IllegalArgumentException(setting + "=" + value + ", but this journal was begun with "
                            + setting + "=" + now + ", which is fixed: leave it out, or begin a new data directory");
                }
                changes.put(setting, value);
            }
        });
        return changes;
    }

    private static void encode(UnsafeBuffer record, Map<Setting, Long> settings, long journalTimeNs) {
        final ConfiguredRecordEncoder configured = new ConfiguredRecordEncoder();
        final ConfiguredRecordEncoder.SettingsEncoder group = configured
                .wrapAndApplyHeader(record, RecordDescriptor.MESSAGE_OFFSET, new MessageHeaderEncoder())
                .settingsCount(settings.size());
        settings.forEach((setting, value) -> group.next().setting(setting).value(value));
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + configured.encodedLength());
        RecordDescriptor.journalTimeNs(record, 0, journalTimeNs);
    }
}
