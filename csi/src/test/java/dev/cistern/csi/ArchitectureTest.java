package dev.cistern.csi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.cistern.csi", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule vertxIsAtTheEdges =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "..csi.volume..", "..csi.linux..", "..csi.pool..", "..csi.mount..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.vertx..",
                            "io.netty..",
                            "com.google.protobuf..",
                            "dev.cistern.csi.proto..");

    @ArchTest
    static final ArchRule theModelKnowsNobody =
            noClasses()
                    .that()
                    .resideInAPackage("..csi.volume..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "..csi.linux..",
                            "..csi.pool..",
                            "..csi.mount..",
                            "..csi.rpc..",
                            "..csi.http..");

    @ArchTest
    static final ArchRule systemCallsKnowNoVolumes =
            noClasses()
                    .that()
                    .resideInAPackage("..csi.linux..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "..csi.volume..",
                            "..csi.pool..",
                            "..csi.mount..",
                            "..csi.rpc..",
                            "..csi.http..");

    @ArchTest
    static final ArchRule callsAreAnsweredThroughTheInterfaces =
            noClasses()
                    .that()
                    .resideInAnyPackage("..csi.rpc..", "..csi.http..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..csi.pool..");

    @ArchTest
    static final ArchRule systemCallsAreMadeByTheModuleThatHoldsThem =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.foreign..");
}
