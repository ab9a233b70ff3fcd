package io.doorbuster.gateway;

import java.util.ArrayList;
import java.util.List;

/** Checks that the JVM was started with the flags of {@code .config/jvm.options}, and names the first that is missing. */
public final class JvmFlags {
    private record Opening(String module, String packageName, boolean opened, String flag) {}

    private static final List<Opening> OPENINGS = List.of(
            exports("java.base", "jdk.internal.ref"),
            exports("java.base", "sun.nio.ch"),
            exports("jdk.unsupported", "sun.misc"),
            exports("jdk.compiler", "com.sun.tools.javac.file"),
            opens("jdk.compiler", "com.sun.tools.javac"),
            opens("java.base", "java.lang"),
            opens("java.base", "java.lang.reflect"),
            opens("java.base", "java.io"),
            opens("java.base", "java.util"),
            opens("java.base", "sun.nio.ch"),
            opens("java.base", "jdk.internal.misc"));

    private JvmFlags() {}

    private static Opening exports(String module, String packageName) {
        return new Opening(module, packageName, false, "--add-exports " + module + "/" + packageName + "=ALL-UNNAMED");
    }

    private static Opening opens(String module, String packageName) {
        return new Opening(module, packageName, true, "--add-opens " + module + "/" + packageName + "=ALL-UNNAMED");
    }

    /** Throws when a flag is missing. */
    public static void check() {
        final List<String> missing = missing();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("the JVM was started without " + missing.getFirst()
                    + "; start it with ./doorbuster, or with java @.config/jvm.options");
        }
    }

    private static List<String> missing() {
        final List<String> missing = new ArrayList<>();
        final Module self = JvmFlags.class.getModule();
        final ModuleLayer layer = ModuleLayer.boot();
        if (layer.findModule("jdk.incubator.vector").isEmpty() && !"scalar".equals(System.getProperty("kernels"))) {
            missing.add("--add-modules jdk.incubator.vector");
        }
        for (final Opening opening : OPENINGS) {
            final Module module = layer.findModule(opening.module).orElse(null);
            if (module == null) {
                missing.add("the module " + opening.module + " (use a full JDK)");
            } else if (opening.opened
                    ? !module.isOpen(opening.packageName, self)
                    : !module.isExported(opening.packageName, self)) {
                missing.add(opening.flag);
            }
        }
        if (!self.isNativeAccessEnabled()) {
            missing.add("--enable-native-access=ALL-UNNAMED");
        }
        for (final String property : List.of("chronicle.analytics.disable", "chronicle.disk.monitor.disable")) {
            if (!Boolean.getBoolean(property)) {
                missing.add("-D" + property + "=true");
            }
        }
        return missing;
    }
}
