package io.doorbuster.gateway.tcp;

import io.doorbuster.gateway.identity.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The secret that clients must know; kept in a file of its own, compared in constant time. Immutable. */
public final class Token {
    private static final int TOKEN_MAX = 128;
    private static final int RANDOM_BYTES = 24;

    private final byte[] secret;

    private Token(byte[] secret) {
        this.secret = secret;
    }

    /** Reads the token file; when there is none, makes one with a random token that only its owner can read. */
    public static Token load(Path file) throws IOException {
        if (!Files.exists(file)) {
            final byte[] random = new byte[RANDOM_BYTES];
            new SecureRandom().nextBytes(random);
            SecretFile.create(file, (HexFormat.of().formatHex(random) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        final String text = Files.readString(file).strip();
        if (text.isEmpty() || text.length() > TOKEN_MAX) {
            throw new IOException(
                    file + " must hold one token of 1 to " + TOKEN_MAX + " characters; delete it to get a new one");
        }
        return new Token(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the bytes are the token. */
    public boolean matches(byte[] given) {
        return MessageDigest.isEqual(secret, given);
    }
}
