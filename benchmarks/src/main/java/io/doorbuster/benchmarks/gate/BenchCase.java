package io.doorbuster.benchmarks.gate;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * One benchmark with one value for each of its parameters.
 *
 * @param method its qualified name.
 * @param isGated whether the presets run it.
 */
record BenchCase(String method, Map<String, String> parameters, ReferenceKernel reference, boolean isGated) {
    /** The class without its package, and the method. */
    String name() {
        return method.substring(method.lastIndexOf('.', method.lastIndexOf('.') - 1) + 1);
    }

    /** The name with the parameters: what results are known by. */
    String label() {
        return name()
                + parameters.entrySet().stream()
                        .map(parameter -> " " + parameter.getKey() + "=" + parameter.getValue())
                        .collect(Collectors.joining());
    }
}
