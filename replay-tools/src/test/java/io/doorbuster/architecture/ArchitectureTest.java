package io.doorbuster.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.doorbuster.architecture.peer.PlantedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds the directions of the modules, the single door of each library and the names. Each rule is tried twice: on the
 * product, where it must hold, and on a class planted to break it, where it must not.
 */
class ArchitectureTest {
    private static final String ROOT = "io.doorbuster.";
    private static final List<String> STAGES =
            List.of("feature", "stock", "retrieval", "ranking", "reranking", "learning", "response");
    private static final String[] STANDS_BELOW_ENGINE = {"java..", "org.jspecify..", "io.doorbuster.kernels.."};

    /** A rule, and the planted class that breaks it. */
    private record Held(String name, ArchRule rule, Class<?> planted) {}

    @TestFactory
    Stream<DynamicTest> productShouldHoldEachRule() {
        final JavaClasses product = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/io/doorbuster/codec/"))
                .importPackages("io.doorbuster");
        assertThat(product).hasSizeGreaterThan(80);
        return rules().stream().map(held -> DynamicTest.dynamicTest(held.name, () -> held.rule.check(product)));
    }

    @TestFactory
    Stream<DynamicTest> plantedClassShouldBreakEachRule() {
        return rules().stream()
                .map(held -> DynamicTest.dynamicTest(
                        held.name,
                        () -> assertThat(held.rule
                                        .evaluate(
                                                new ClassFileImporter().importClasses(held.planted, PlantedPeer.class))
                                        .hasViolation())
                                .as("%s breaks '%s'", held.planted, held.name)
                                .isTrue()));
    }

    private static List<Held> rules() {
        final List<Held> rules = new ArrayList<>();
        rules.add(door("Vector API", Planted.Vector.class, List.of("kernels"), "jdk.incubator.."));
        rules.add(door("Chronicle Queue", Planted.Queue.class, List.of("journal"), "net.openhft.chronicle.queue.."));
        rules.add(door("Chronicle Map", Planted.Map.class, List.of("engine.store"), "net.openhft.chronicle.map.."));
        rules.add(door("Disruptor", Planted.Ring.class, List.of("engine.ring"), "com.lmax.."));
        rules.add(door("picocli", Planted.CommandLine.class, List.of("cli"), "picocli.."));
        rules.add(door("commons-csv", Planted.Csv.class, List.of("intake"), "org.apache.commons.csv.."));
        final List<String> reading =
                List.of("engine.model", "cli", "evaluation", "foreign", "intake", "replay", "training", "benchmarks");
        rules.add(door("Jackson", Planted.Json.class, reading, "com.fasterxml.."));
        rules.add(door("protobuf", Planted.Protobuf.class, List.of("foreign"), "com.google.protobuf.."));
        rules.add(new Held("sockets and selectors only in gateway.tcp and client", sockets(), Planted.Sockets.class));
        rules.add(new Held("Vector API in one class", oneVectorClass(), Planted.Vector.class));
        rules.add(new Held("kernels use the JDK only", kernelsUseTheJdk(), Planted.KernelPeer.class));
        rules.add(below("journal", Planted.JournalPeer.class, "engine", "gateway", "client", "cli", "replay", "demo"));
        rules.add(below(
                "engine",
                Planted.EnginePeer.class,
                "gateway",
                "client",
                "cli",
                "replay",
                "demo",
                "intake",
                "training"));
        rules.add(below("gateway", Planted.GatewayPeer.class, "cli", "replay", "demo", "intake", "training"));
        rules.add(new Held("stages do not see each other", stagesApart(), Planted.StagePeer.class));
        rules.add(new Held("no cycles", noCycles(), Planted.CyclePeer.class));
        rules.add(new Held("names say something", names(), Planted.ThingHelper.class));
        rules.add(new Held("classes are final", finalClasses(), Planted.Open.class));
        return rules;
    }

    private static Held door(String library, Class<?> planted, List<String> doors, String... packages) {
        final String[] owners = doors.stream().map(door -> ROOT + door + "..").toArray(String[]::new);
        return new Held(
                library + " only in " + doors,
                noClasses()
                        .that(not(resideInAnyPackage(owners)))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(packages),
                planted);
    }

    private static ArchRule sockets() {
        return noClasses()
                .that(not(resideInAnyPackage(
                        "io.doorbuster.gateway.tcp..", "io.doorbuster.client..", "io.doorbuster.benchmarks..")))
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.nio\\.channels\\.(.*Selector.*|Selection.*|.*SocketChannel)|java\\.net\\.(Server)?Socket");
    }

    private static ArchRule oneVectorClass() {
        return noClasses()
                .that()
                .haveNameNotMatching("io\\.doorbuster\\.kernels\\.SimdKernels(\\$Lanes)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..");
    }

    private static ArchRule kernelsUseTheJdk() {
        return classes()
                .that()
                .resideInAPackage("io.doorbuster.kernels..")
                .or()
                .areAssignableTo(Planted.KernelPeer.class)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(STANDS_BELOW_ENGINE)
                        .or(resideInAnyPackage("jdk.incubator.."))
                        .or(name("org.agrona.UnsafeApi")));
    }

    private static Held below(String module, Class<?> planted, String... above) {
        final String[] packages =
                Stream.of(above).map(name -> ROOT + name + "..").toArray(String[]::new);
        return new Held(
                module + " does not see what stands above it",
                noClasses()
                        .that()
                        .resideInAPackage(ROOT + module + "..")
                        .or()
                        .areAssignableTo(planted)
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(packages).or(JavaClass.Predicates.equivalentTo(PlantedPeer.class))),
                planted);
    }

    private static ArchRule stagesApart() {
        return classes()
                .that(resideInAnyPackage(
                        STAGES.stream().map(s -> ROOT + "engine." + s + "..").toArray(String[]::new)))
                .or()
                .areAssignableTo(Planted.StagePeer.class)
                .should(new ArchCondition<>("not depend on another stage") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        item.getDirectDependenciesFromSelf().forEach(dependency -> {
                            final JavaClass target = dependency.getTargetClass();
                            final boolean otherStage = STAGES.stream()
                                            .anyMatch(
                                                    s -> target.getPackageName().startsWith(ROOT + "engine." + s))
                                    && !target.getPackageName().equals(item.getPackageName());
                            if (otherStage || target.isEquivalentTo(PlantedPeer.class)) {
                                events.add(SimpleConditionEvent.violated(item, dependency.getDescription()));
                            }
                        });
                    }
                });
    }

    private static ArchRule noCycles() {
        return slices().matching("io.doorbuster.(**)").should().beFreeOfCycles();
    }

    private static ArchRule names() {
        return noClasses()
                .should()
                .haveNameMatching(".*\\.[A-Za-z$]*(Impl|Helper|Manager|Utils?|Misc)(\\$.*)?$")
                .orShould()
                .resideInAnyPackage("..common..", "..util..", "..utils..", "..misc..", "..impl..");
    }

    private static ArchRule finalClasses() {
        return classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotAnonymousClasses()
                .and()
                .areNotEnums()
                .and()
                .doNotHaveSimpleName("package-info")
                .and(not(new com.tngtech.archunit.base.DescribedPredicate<>("sealed or enum constant") {
                    @Override
                    public boolean test(JavaClass item) {
                        final Class<?> reflected = item.reflect();
                        return reflected.isSealed() || Enum.class.isAssignableFrom(reflected);
                    }
                }))
                .should()
                .haveModifier(JavaModifier.FINAL);
    }
}
