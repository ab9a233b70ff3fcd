package io.doorbuster.benchmarks.gate;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a benchmark, or all of a class, that the presets {@code quick} and {@code full} run. Benchmarks of others' code carry
 * none: they cannot become slower through a change of ours, and are run by name.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Gated {
    /** What limits the benchmark: noise that slows the reference slows the benchmark as well, and the ratio stays. */
    ReferenceKernel value();
}
