package dev.cistern.controller;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.StoreSpec;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;

/// Dependencies between packages.
@AnalyzeClasses(
        packages = "dev.cistern.controller",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule THE_PLANNER_TOUCHES_NOTHING =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..population.plan..",
                            "..population.filler..",
                            "..population.model..",
                            "..probe.plan..",
                            "..controller.job..",
                            "..controller.backend..",
                            "..controller.model..")
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(
                                            "io.fabric8.kubernetes.client..",
                                            "org.slf4j..",
                                            "io.vertx..",
                                            "io.micrometer..",
                                            "java.net.http..",
                                            "java.util.concurrent..")
                                    .or(belongToAnyOf(Clock.class, Random.class, UUID.class)));

    @ArchTest
    static final ArchRule THE_PLANNER_ASKS_NO_CLOCK =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..population.plan..",
                            "..population.filler..",
                            "..population.model..",
                            "..probe.plan..",
                            "..controller.job..",
                            "..controller.backend..",
                            "..controller.model..")
                    .should()
                    .callMethod(java.time.Instant.class, "now")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule THE_PLANNER_KNOWS_ONLY_THE_MODEL =
            only(
                    "..population.plan..",
                    "..population.plan..",
                    "..population.filler..",
                    "..population.model..",
                    "..controller.model..");

    @ArchTest
    static final ArchRule THE_FILLERS_ARE_ASKED_BY_THE_PLANNER_AND_ASK_NOBODY =
            only(
                    "..population.filler..",
                    "..population.filler..",
                    "..population.model..",
                    "..controller.backend..",
                    "..controller.cluster..",
                    "..controller.job..",
                    "..controller.model..");

    @ArchTest
    static final ArchRule THE_PLANNER_OF_PROBES_KNOWS_NO_CLUSTER =
            only(
                    "..probe.plan..",
                    "..probe.plan..",
                    "..controller.backend..",
                    "..controller.job..",
                    "..controller.resolve..",
                    "..controller.model..");

    @ArchTest
    static final ArchRule WHAT_JOBS_SHARE_IS_NO_CONCERN_S_OWN =
            only(
                    "..controller.job..",
                    "..controller.job..",
                    "..controller.backend..",
                    "..controller.cluster..",
                    "..controller.model..");

    /// The planner uses a [dev.cistern.controller.population.filler.Filler]; that it is implemented by a Job is hidden.
    @ArchTest
    static final ArchRule ONLY_THE_FILLERS_KNOW_JOBS =
            noClasses()
                    .that()
                    .resideInAnyPackage("..population.plan..", "..population.observe..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.fabric8.kubernetes.api.model.batch..");

    @ArchTest
    static final ArchRule BACKENDS_KNOW_NOBODY =
            noClasses()
                    .that()
                    .resideInAPackage("..controller.backend..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.cistern.controller..")
                                    .and(not(resideInAPackage("..controller.backend.."))));

    /// API types and Job specifications of one store.
    private static final DescribedPredicate<JavaClass> OF_ONE_STORE =
            assignableTo(StoreSpec.class)
                    .and(not(type(StoreSpec.class)))
                    .or(assignableTo(S3Auth.class))
                    .or(resideInAPackage("..api.v1alpha1.storagebackendspec.."))
                    .as("classes of one store");

    @ArchTest
    static final ArchRule STORES_ARE_KNOWN_IN_ONE_PACKAGE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..controller.backend..")
                    .should()
                    .dependOnClassesThat(OF_ONE_STORE);

    @ArchTest
    static final ArchRule THE_MODEL_KNOWS_NOBODY =
            only("dev.cistern.controller.model..", "dev.cistern.controller.model..");

    @ArchTest
    static final ArchRule THE_RUN_MODEL_KNOWS_ONLY_THE_MODEL =
            only("..population.model..", "..population.model..", "..controller.model..");

    @ArchTest
    static final ArchRule THE_RUNTIME_KNOWS_NOTHING_OF_OURS =
            noClasses()
                    .that()
                    .resideInAPackage("..controller.runtime..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.cistern..")
                                    .and(not(resideInAPackage("..controller.runtime.."))));

    @ArchTest
    static final ArchRule WHAT_IS_CACHED_IS_NO_CONCERN_S_OWN =
            only(
                    "..controller.cluster..",
                    "..controller.cluster..",
                    "..controller.model..",
                    "..controller.runtime..");

    @ArchTest
    static final ArchRule RESOLVING_KNOWS_NO_CONCERN =
            only(
                    "..controller.resolve..",
                    "..controller.resolve..",
                    "..controller.backend..",
                    "..controller.cluster..",
                    "..controller.model..");

    /// Shared packages are below the concerns: `model`, `cluster`, `backend`, `resolve`, `runtime`.
    @ArchTest
    static final ArchRule STATUS_KNOWS_NO_OTHER_CONCERN =
            noClasses()
                    .that()
                    .resideInAPackage("..controller.status..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("..controller.population..", "..controller.probe..");

    @ArchTest
    static final ArchRule POPULATION_KNOWS_NO_OTHER_CONCERN =
            noClasses()
                    .that()
                    .resideInAPackage("..controller.population..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("..controller.status..", "..controller.probe..");

    @ArchTest
    static final ArchRule PROBES_KNOW_NO_OTHER_CONCERN =
            noClasses()
                    .that()
                    .resideInAPackage("..controller.probe..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("..controller.status..", "..controller.population..");

    private static ArchRule only(String those, String... mayUse) {
        return noClasses()
                .that()
                .resideInAPackage(those)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.cistern.controller..")
                                .and(not(resideInAnyPackage(mayUse))));
    }

    private static final DescribedPredicate<JavaCall<?>> WRITE_OF_THE_CLIENT =
            DescribedPredicate.describe(
                    "a write of the client",
                    call ->
                            call.getTargetOwner()
                                            .getPackageName()
                                            .startsWith("io.fabric8.kubernetes.client.dsl")
                                    && call.getName()
                                            .matches(
                                                    "create.*|update.*|patch.*|edit.*|replace.*|delete.*|serverSideApply"));

    @ArchTest
    static final ArchRule WRITES_GO_THROUGH_THE_API_CLASS =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName("dev.cistern.controller.runtime.Api")
                    .should()
                    .callMethodWhere(WRITE_OF_THE_CLIENT);

    @ArchTest
    static final ArchRule RAW_REQUESTS_ARE_THE_API_CLASS_ONLY =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName("dev.cistern.controller.runtime.Api")
                    .should()
                    .callMethod(io.fabric8.kubernetes.client.Client.class, "getHttpClient")
                    .orShould()
                    .callMethod(
                            io.fabric8.kubernetes.client.KubernetesClient.class, "getHttpClient");

    @ArchTest
    static final ArchRule OF_THE_ENGINE_ONLY_THE_WIRE =
            noClasses()
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.cistern.populate..")
                                    .and(not(resideInAPackage("dev.cistern.populate.wire.."))));

    @ArchTest
    static final ArchRule NO_SYSTEM_CALLS =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.lang.foreign..", "dev.cistern.linux..");

    @ArchTest
    static final ArchRule VERTX_AT_THE_EDGES =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.cistern.controller",
                            "..population.progress..",
                            "..controller.ops..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.vertx..");

    @ArchTest
    static final ArchRule NOBODY_READS_SECRETS =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("io.fabric8.kubernetes.api.model.Secret");
}
