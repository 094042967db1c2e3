package dev.cistern.populate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Who may know whom in this module.
@AnalyzeClasses(
        packages = "dev.cistern.populate",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
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
    static final ArchRule STORES_KNOW_NO_ENGINE =
            noClasses()
                    .that()
                    .resideInAPackage("..populate.source..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "..populate.engine..",
                            "..populate.target..",
                            "..populate.job..",
                            "..populate.cli..");

    @ArchTest
    static final ArchRule STORES_ARE_CHOSEN_IN_ONE_PLACE =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("..source.s3..")
                    .and()
                    .doNotHaveFullyQualifiedName("dev.cistern.populate.Sources")
                    .and()
                    .doNotHaveFullyQualifiedName("dev.cistern.populate.cli.FillCommand")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..source.s3..");
}
