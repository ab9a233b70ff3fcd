package io.doorbuster.diff;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.store.Settings;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about: how the other engine differs from the one on record.
 *
 * @param settings and their values; a fixed one holds from the journal's first record on, whatever {@code from} says.
 * @param model that orders what is shown instead of any that the journal releases; null = as recorded.
 * @param from position of the first record under the change.
 */
public record Change(Map<Setting, Long> settings, @Nullable Model model, long from) {
    /** @throws IllegalArgumentException when there is no change, or one that no engine takes. */
    public Change {
        if (settings.isEmpty() && model == null) {
            throw new IllegalArgumentException("say what to change: --set SETTING=VALUE, or --model FILE");
        }
        if (settings.containsKey(Setting.ENGINE_TIME)) {
            throw new IllegalArgumentException(
                    "--set ENGINE_TIME: a journal can only be lived by the time that it was recorded by");
        }
        Settings checked = Settings.DEFAULTS;
        for (final Map.Entry<Setting, Long> setting : settings.entrySet()) {
            checked = checked.with(setting.getKey(), setting.getValue());
        }
        settings = Map.copyOf(settings);
    }

    /** Whether a setting is changed for the record of a position. */
    boolean holds(Setting setting, long position) {
        return settings.containsKey(setting) && (position >= from || Settings.isFixed(setting));
    }
}
