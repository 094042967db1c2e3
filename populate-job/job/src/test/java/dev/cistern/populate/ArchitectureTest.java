package dev.cistern.populate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.StoreSpec;

/// Dependencies between packages of the engine and its programs. Maven enforces those between modules.
@AnalyzeClasses(
        packages = "dev.cistern.populate",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
    /// Test helpers of other modules come in jars once those are packaged.
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /// Packages below `source`, and the specification types of one store.
    private static final DescribedPredicate<JavaClass> OF_ONE_STORE =
            JavaClass.Predicates.resideInAPackage("dev.cistern.populate.source.*..")
                    .or(
                            JavaClass.Predicates.assignableTo(StoreSpec.class)
                                    .and(
                                            DescribedPredicate.not(
                                                    JavaClass.Predicates.type(StoreSpec.class))))
                    .or(JavaClass.Predicates.assignableTo(S3Auth.class))
                    .as("classes of one store");

    @ArchTest
    static final ArchRule WIRE_NEEDS_JACKSON_ALONE =
            classes()
                    .that()
                    .resideInAPackage("..populate.wire..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "dev.cistern.populate.wire..",
                            "com.fasterxml.jackson.core..",
                            "org.jspecify..");

    @ArchTest
    static final ArchRule THE_SDK_IS_KNOWN_IN_ONE_PACKAGE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..source.s3.sdk..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("software.amazon..");

    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_NO_CLOUD =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..populate.engine..", "..populate.target..", "..populate.digest..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "..source.s3..",
                            "..populate.http..",
                            "..populate.job..",
                            "..populate.cli..");

    /// A fill writes to any [dev.cistern.populate.target.Target].
    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_NO_DIRECTORY_TREE =
            noClasses()
                    .that()
                    .resideInAPackage("..populate.engine..")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching(
                            ".*\\.target\\.(TargetTree|DirectoryTarget|PartialFile|ChannelFile|SpillFiles)");

    @ArchTest
    static final ArchRule SYSTEM_CALLS_ARE_MADE_BY_THE_MODULE_THAT_HOLDS_THEM =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule SYSTEM_CALLS_ARE_KNOWN_TO_THE_TARGET_ALONE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..populate.target..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.cistern.linux..");

    @ArchTest
    static final ArchRule THE_TRANSPORT_KNOWS_NOTHING =
            classes()
                    .that()
                    .resideInAPackage("..populate.http..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "javax..",
                            "io.netty..",
                            "dev.cistern.populate.http..",
                            "org.jspecify..");

    @ArchTest
    static final ArchRule NETTY_IS_KNOWN_IN_ONE_CLASS =
            noClasses()
                    .that()
                    .doNotHaveSimpleName("BoringTls")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule ARCHIVES_ARE_READ_IN_ONE_PACKAGE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..populate.archive..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.commons..", "com.github.luben..");

    @ArchTest
    static final ArchRule READERS_OF_ARCHIVES_KNOW_NOTHING =
            classes()
                    .that()
                    .resideInAPackage("..populate.archive..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "dev.cistern.populate.archive..",
                            "dev.cistern.populate.wire..",
                            "org.apache.commons.compress..",
                            "com.github.luben.zstd..",
                            "org.jspecify..");

    @ArchTest
    static final ArchRule STORES_KNOW_NO_ENGINE =
            noClasses()
                    .that()
                    .resideInAnyPackage("..populate.source..", "..populate.store..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "..populate.engine..",
                            "..populate.target..",
                            "..populate.job..",
                            "..populate.cli..");

    /// The shared layer depends on no store.
    @ArchTest
    static final ArchRule THE_LAYER_FOR_HTTP_STORES_KNOWS_NO_STORE =
            classes()
                    .that()
                    .resideInAPackage("..populate.source.rest..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "dev.cistern.populate.http..",
                            "dev.cistern.populate.digest..",
                            "dev.cistern.populate.wire..",
                            "dev.cistern.populate.source",
                            "dev.cistern.populate.source.rest..",
                            "com.fasterxml.jackson.core..",
                            "org.jspecify..");

    @ArchTest
    static final ArchRule THE_LAYER_FOR_ACCESS_TOKENS_KNOWS_NO_STORE =
            classes()
                    .that()
                    .resideInAPackage("..populate.source.oauth..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "dev.cistern.populate.http..",
                            "dev.cistern.populate.wire..",
                            "dev.cistern.populate.source",
                            "dev.cistern.populate.source.rest..",
                            "dev.cistern.populate.source.oauth..",
                            "org.jspecify..");

    @ArchTest
    static final ArchRule WHAT_STORES_SHARE_KNOWS_NO_STORE =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..populate.store..", "..populate.source", "..populate.http..")
                    .should()
                    .dependOnClassesThat(OF_ONE_STORE);

    @ArchTest
    static final ArchRule STORES_ARE_CHOSEN_IN_ONE_PLACE =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("dev.cistern.populate.source.*..", "..populate.wire..")
                    .and()
                    .doNotHaveFullyQualifiedName("dev.cistern.populate.Stores")
                    .and()
                    // The server of the training run speaks S3.
                    .doNotHaveFullyQualifiedName("dev.cistern.populate.Training")
                    .should()
                    .dependOnClassesThat(OF_ONE_STORE);

    @ArchTest
    static final ArchRule THE_COMMAND_LINE_LIBRARY_IS_KNOWN_TO_THE_COMMAND_ALONE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..populate.cli..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule A_JOB_KNOWS_NO_COMMAND_LINE =
            noClasses()
                    .that()
                    .resideInAPackage("..populate.job..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..populate.cli..");
}
