package io.draem.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A request has one direction through the packages; none looks back. */
@AnalyzeClasses(packages = "io.draem.service", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule ONE_DIRECTION = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("application")
            .definedBy("io.draem.service")
            .layer("openapi")
            .definedBy("io.draem.service.openapi..")
            .layer("api")
            .definedBy("io.draem.service.api..")
            .layer("grpc")
            .definedBy("io.draem.service.grpc..")
            .layer("protocol")
            .definedBy("io.draem.service.protocol..")
            .layer("page")
            .definedBy("io.draem.service.page..")
            .layer("web")
            .definedBy("io.draem.service.web..")
            .layer("observation")
            .definedBy("io.draem.service.observation..")
            .layer("security")
            .definedBy("io.draem.service.security..")
            .layer("shadow")
            .definedBy("io.draem.service.shadow..")
            .layer("capture")
            .definedBy("io.draem.service.capture..")
            .layer("detection")
            .definedBy("io.draem.service.detection..")
            .layer("models")
            .definedBy("io.draem.service.models..")
            .layer("history")
            .definedBy("io.draem.service.history..")
            .layer("queue")
            .definedBy("io.draem.service.queue..")
            .layer("sessions")
            .definedBy("io.draem.service.sessions..")
            .whereLayer("application")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("openapi")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("page")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("grpc")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("protocol")
            .mayOnlyBeAccessedByLayers("grpc")
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("openapi")
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("openapi", "api", "protocol", "grpc", "page")
            .whereLayer("observation")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("security")
            .mayOnlyBeAccessedByLayers("web", "grpc", "observation")
            .whereLayer("shadow")
            .mayOnlyBeAccessedByLayers("api", "observation")
            .whereLayer("capture")
            .mayOnlyBeAccessedByLayers("api", "observation", "shadow")
            .whereLayer("detection")
            .mayOnlyBeAccessedByLayers(
                    "application", "api", "protocol", "grpc", "web", "openapi", "observation", "shadow", "capture")
            .whereLayer("models")
            .mayOnlyBeAccessedByLayers(
                    "application",
                    "api",
                    "protocol",
                    "grpc",
                    "web",
                    "openapi",
                    "observation",
                    "shadow",
                    "capture",
                    "detection")
            .whereLayer("history")
            .mayOnlyBeAccessedByLayers("api", "models")
            .whereLayer("queue")
            .mayOnlyBeAccessedByLayers(
                    "application",
                    "api",
                    "protocol",
                    "grpc",
                    "web",
                    "openapi",
                    "observation",
                    "shadow",
                    "capture",
                    "detection",
                    "models")
            .whereLayer("sessions")
            .mayOnlyBeAccessedByLayers("observation", "models");

    @ArchTest
    static final ArchRule ONLY_THE_RUNTIME_KNOWS_ONNX_RUNTIME =
            noClasses().should().dependOnClassesThat().resideInAPackage("ai.onnxruntime..");

    @ArchTest
    static final ArchRule ONLY_OBSERVATION_KNOWS_METERS = noClasses()
            .that()
            .resideOutsideOfPackage("io.draem.service.observation..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "org.springframework.boot.health..");

    @ArchTest
    static final ArchRule ONLY_WEB_AND_ENDPOINTS_KNOW_HTTP = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.draem.service.api..",
                    "io.draem.service.openapi..",
                    "io.draem.service.page..",
                    "io.draem.service.protocol..",
                    "io.draem.service.web..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "jakarta.servlet..",
                    "org.springframework.web..",
                    "org.springframework.http..",
                    "org.apache.catalina..",
                    "org.apache.coyote..");
}
