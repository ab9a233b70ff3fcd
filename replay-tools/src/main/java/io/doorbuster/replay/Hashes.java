package io.doorbuster.replay;

import java.util.HexFormat;

/** How hashes are written for people and for JSON: 16 hexadecimal digits. */
public final class Hashes {
    private Hashes() {}

    /** 16 digits, leading zeros kept. */
    public static String hex(long hash) {
        return HexFormat.of().toHexDigits(hash);
    }
}
