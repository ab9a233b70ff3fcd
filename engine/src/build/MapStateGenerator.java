import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the source of a class that Chronicle Map looks for, does not find, generates and compiles in each process that makes
 * its first map: half a second of every start, and a compiler at run time. Run by the build, with the map's class path.
 *
 * <pre>
 *   MapStateGenerator DIRECTORY
 * </pre>
 */
final class MapStateGenerator {
    private static final String PACKAGE = "net.openhft.chronicle.hash";
    private static final String STATE = "VanillaGlobalMutableState";
    private static final String IMPLEMENTATION = STATE + "$$Native";

    private MapStateGenerator() {}

    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        final Class<?> modelType = Class.forName("net.openhft.chronicle.values.ValueModel");
        final Method acquire = modelType.getMethod("acquire", Class.class);
        final Object model = acquire.invoke(null, Class.forName(PACKAGE + "." + STATE));
        final Method generate = Class.forName("net.openhft.chronicle.values.Generators")
                .getDeclaredMethod("generateNativeClass", modelType, String.class);
        generate.setAccessible(true);
        final String source = (String) generate.invoke(null, model, IMPLEMENTATION);
        final Path file = Files.createDirectories(Path.of(arguments[0], PACKAGE.split("\\.")))
                .resolve(IMPLEMENTATION + ".java");
        Files.writeString(file, source.replaceFirst("\npublic class ", "\n@SuppressWarnings({\"rawtypes\", \"unchecked\"})\npublic class "));
    }
}
