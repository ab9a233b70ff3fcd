package io.doorbuster.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Checks that the JVM was started with the flags of {@code .config/jvm.options}, and names the first that is missing. */
public final class JvmFlags {
    private static final String FILE = "/jvm.options";

    private JvmFlags() {}

    /** Throws when a flag is missing. */
    public static void check() {
        final Set<String> given = new HashSet<>();
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            given.add(argument.replace('=', ' '));
        }
        for (final String flag : required().split("\n", -1)) {
            if (!flag.isBlank()
                    && !flag.startsWith("#")
                    && !given.contains(flag.strip().replace('=', ' '))) {
                throw new IllegalStateException("the JVM was started without " + flag.strip()
                        + "; start it with ./doorbuster, or with java @.config/jvm.options");
            }
        }
    }

    private static String required() {
        try (InputStream file = JvmFlags.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is not on the class path; build again");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
