package io.doorbuster.engine.checkpoint;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.store.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What one checkpoint says: where in the journal it stands, the hashes there, the settings that size the stores, and which
 * files hold its pages. Immutable.
 *
 * @param engineVersion of the engine whose state it is: another one has other rows, or comes to other hashes.
 * @param position of the last event in it.
 * @param recordCrc checksum of that event's record, which ties the checkpoint to its journal.
 * @param stateHash of all state.
 * @param replyHash of all replies from the journal's beginning.
 * @param settings after that event.
 * @param files oldest first; a page in a later file replaces the one in an earlier file.
 */
public record Checkpoint(
        int engineVersion,
        long position,
        int recordCrc,
        long stateHash,
        long replyHash,
        Settings settings,
        List<PageFile> files) {
    private static final String TITLE = "doorbuster checkpoint 1";

    /**
     * A file of pages.
     *
     * @param position of the checkpoint that it was written for; the file's name.
     * @param pages how many it holds.
     */
    public record PageFile(long position, int pages) {}

    /** As text, a line for each fact, the last one with the checksum of those before it. */
    String format() {
        final StringBuilder text = new StringBuilder(TITLE).append('\n');
        text.append("engine ").append(engineVersion).append('\n');
        text.append("position ").append(position).append('\n');
        text.append("record ").append(hex(recordCrc)).append('\n');
        text.append("state ").append(hex(stateHash)).append('\n');
        text.append("replies ").append(hex(replyHash)).append('\n');
        for (final Setting setting : Setting.values()) {
            if (setting != Setting.NONE && setting != Setting.NULL_VAL) {
                text.append("set ")
                        .append(setting)
                        .append(' ')
                        .append(settings.value(setting))
                        .append('\n');
            }
        }
        for (final PageFile file : files) {
            text.append("pages ")
                    .append(file.position)
                    .append(' ')
                    .append(file.pages)
                    .append('\n');
        }
        final long crc = crcOf(text.toString());
        return text.append("crc ").append(hex(crc)).append('\n').toString();
    }

    private static String hex(long value) {
        return Long.toHexString(value);
    }

    private static long crcOf(String text) {
        final CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    /** Reads what {@link #format()} wrote. */
    static Checkpoint parse(String text) throws CheckpointDamagedException {
        final int crcAt = text.lastIndexOf("crc ");
        if (!text.startsWith(TITLE + "\n")) {
            throw new CheckpointDamagedException(
                    "it does not begin with '" + TITLE + "': another release wrote it, or it" + " is damaged");
        }
        if (crcAt < 0 || !text.substring(crcAt).equals("crc " + hex(crcOf(text.substring(0, crcAt))) + "\n")) {
            throw new CheckpointDamagedException("its checksum is wrong");
        }
        try {
            return parseLines(text.substring(TITLE.length() + 1, crcAt).split("\n"));
        } catch (IllegalArgumentException e) { // Whole, so written by a release that knows more.
            throw new CheckpointDamagedException("it says what this release does not know (" + e.getMessage() + ")");
        }
    }

    private static Checkpoint parseLines(String[] lines) {
        int engineVersion = 0;
        long position = 0;
        int recordCrc = 0;
        long stateHash = 0;
        long replyHash = 0;
        Settings settings = Settings.DEFAULTS;
        final List<PageFile> files = new ArrayList<>();
        for (final String line : lines) {
            final String[] words = line.split(" ");
            final String what = words[0];
            if (what.equals("engine")) {
                engineVersion = Integer.parseInt(words[1]);
            } else if (what.equals("position")) {
                position = Long.parseLong(words[1]);
            } else if (what.equals("record")) {
                recordCrc = (int) Long.parseUnsignedLong(words[1], 16);
            } else if (what.equals("state")) {
                stateHash = Long.parseUnsignedLong(words[1], 16);
            } else if (what.equals("replies")) {
                replyHash = Long.parseUnsignedLong(words[1], 16);
            } else if (what.equals("set")) {
                settings = settings.with(Setting.valueOf(words[1]), Long.parseLong(words[2]));
            } else if (what.equals("pages")) {
                files.add(new PageFile(Long.parseLong(words[1]), Integer.parseInt(words[2])));
            } else {
                throw new IllegalArgumentException(line);
            }
        }
        return new Checkpoint(engineVersion, position, recordCrc, stateHash, replyHash, settings, List.copyOf(files));
    }
}
