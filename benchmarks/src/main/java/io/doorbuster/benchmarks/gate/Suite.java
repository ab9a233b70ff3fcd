package io.doorbuster.benchmarks.gate;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** All benchmarks of the module, as JMH lists them, and how to choose among them. */
final class Suite {
    static final String QUICK = "quick";
    static final String FULL = "full";
    private static final int NEAR_MAX = 5;

    private final List<BenchCase> cases;

    private Suite(List<BenchCase> cases) {
        this.cases = cases;
    }

    static Suite all() {
        final Map<String, Map<String, String[]>> parameters = new TreeMap<>();
        for (final BenchmarkListEntry entry : BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT), List.of())) {
            final Map<String, String[]> values = new TreeMap<>();
            if (entry.getParams().hasValue()) {
                values.putAll(entry.getParams().get());
            }
            parameters.put(entry.getUsername(), values);
        }
        final List<BenchCase> cases = new ArrayList<>();
        parameters.forEach((method, values) -> {
            final @Nullable Gated gated = gated(method);
            final ReferenceKernel reference = gated == null ? ReferenceKernel.COMPUTE : gated.value();
            for (final Map<String, String> combination : combinations(values)) {
                cases.add(new BenchCase(method, combination, reference, gated != null));
            }
        });
        return new Suite(cases);
    }

    List<BenchCase> cases() {
        return cases;
    }

    /**
     * What presets and names stand for. {@code quick}: the gated ones with the first value of each parameter; {@code full}: the
     * gated ones with all values; a class, or class and method: it with all values, gated or not.
     *
     * @throws IllegalArgumentException naming the nearest ones, when nothing is called so.
     */
    List<BenchCase> chosen(List<String> wanted) {
        final Set<BenchCase> chosen = new LinkedHashSet<>();
        for (final String name : wanted) {
            final List<BenchCase> found = switch (name.toLowerCase(Locale.ROOT)) {
                case QUICK -> firstOfEach();
                case FULL -> cases.stream().filter(BenchCase::isGated).toList();
                default -> cases.stream().filter(one -> isCalled(one, name)).toList();
            };
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no benchmark is called " + name + "; near it: "
                        + String.join(", ", nearest(name)) + ". All: bench --list");
            }
            chosen.addAll(found);
        }
        return List.copyOf(chosen);
    }

    private List<BenchCase> firstOfEach() {
        final Map<String, BenchCase> first = new LinkedHashMap<>();
        cases.stream().filter(BenchCase::isGated).forEach(one -> first.putIfAbsent(one.method(), one));
        return List.copyOf(first.values());
    }

    private static boolean isCalled(BenchCase one, String name) {
        final String qualified = one.method().toLowerCase(Locale.ROOT);
        final String asked = name.toLowerCase(Locale.ROOT);
        final String className = qualified.substring(0, qualified.lastIndexOf('.'));
        return qualified.equals(asked)
                || className.equals(asked)
                || qualified.endsWith("." + asked)
                || className.endsWith("." + asked);
    }

    private List<String> nearest(String name) {
        final String asked = name.toLowerCase(Locale.ROOT);
        final Comparator<String> byDistance =
                Comparator.comparingInt(known -> distance(asked, known.toLowerCase(Locale.ROOT)));
        return cases.stream()
                .flatMap(one ->
                        Stream.of(one.name(), one.name().substring(0, one.name().indexOf('.'))))
                .distinct()
                .sorted(byDistance.thenComparing(Comparator.naturalOrder()))
                .limit(NEAR_MAX)
                .toList();
    }

    /** Edits that make a known name, or as long a part of its end, of what was typed. */
    private static int distance(String asked, String known) {
        int[] above = new int[known.length() + 1]; // A beginning of the known name may be left out for nothing.
        for (int i = 1; i <= asked.length(); i++) {
            final int[] row = new int[known.length() + 1];
            row[0] = i;
            for (int k = 1; k <= known.length(); k++) {
                final int replaced = above[k - 1] + (asked.charAt(i - 1) == known.charAt(k - 1) ? 0 : 1);
                row[k] = Math.min(replaced, 1 + Math.min(above[k], row[k - 1]));
            }
            above = row;
        }
        int least = Integer.MAX_VALUE;
        for (final int edits : above) {
            least = Math.min(least, edits);
        }
        return least;
    }

    /** Of the method, else of its class. */
    private static @Nullable Gated gated(String method) {
        final String className = method.substring(0, method.lastIndexOf('.'));
        try {
            final Class<?> type = Class.forName(className, false, Suite.class.getClassLoader());
            for (final Method candidate : type.getDeclaredMethods()) {
                if (candidate.isAnnotationPresent(Benchmark.class)
                        && method.equals(className + "." + candidate.getName())
                        && candidate.isAnnotationPresent(Gated.class)) {
                    return candidate.getAnnotation(Gated.class);
                }
            }
            return type.getAnnotation(Gated.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(className + " is on JMH's list but not on the class path; build again", e);
        }
    }

    private static List<Map<String, String>> combinations(Map<String, String[]> values) {
        List<Map<String, String>> all = List.of(Map.of());
        for (final Map.Entry<String, String[]> parameter : values.entrySet()) {
            final List<Map<String, String>> longer = new ArrayList<>();
            for (final Map<String, String> one : all) {
                for (final String value : parameter.getValue()) {
                    final Map<String, String> with = new TreeMap<>(one);
                    with.put(parameter.getKey(), value);
                    longer.add(with);
                }
            }
            all = longer;
        }
        return all;
    }
}
