package io.draem.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchRule;
import io.draem.image.ImageDecoder;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The way of an image has one direction; no step looks back. */
@AnalyzeClasses(locations = ArchitectureTests.MainClasses.class)
class ArchitectureTests {

    /** The service and the core alone: a search by package would walk through every jar of the class path. */
    static final class MainClasses implements LocationProvider {

        @Override
        public Set<Location> get(Class<?> test) {
            return Stream.of(DraemServiceApplication.class, ImageDecoder.class)
                    .map(main -> Location.of(
                            main.getProtectionDomain().getCodeSource().getLocation()))
                    .collect(Collectors.toSet());
        }
    }

    @ArchTest
    static final ArchRule ONE_DIRECTION = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("application")
            .definedBy("io.draem.service")
            .layer("api")
            .definedBy("io.draem.service.api..")
            .layer("protocol")
            .definedBy("io.draem.service.protocol..")
            .layer("observation")
            .definedBy("io.draem.service.observation..")
            .layer("security")
            .definedBy("io.draem.service.security..")
            .layer("detection")
            .definedBy("io.draem.service.detection..")
            .layer("models")
            .definedBy("io.draem.service.models..")
            .layer("inference")
            .definedBy("io.draem.service.inference..")
            .whereLayer("application")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("api")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("protocol")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("observation")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("security")
            .mayOnlyBeAccessedByLayers("api", "observation")
            .whereLayer("detection")
            .mayOnlyBeAccessedByLayers("application", "api", "protocol", "observation")
            .whereLayer("models")
            .mayOnlyBeAccessedByLayers("application", "api", "protocol", "observation", "detection")
            .whereLayer("inference")
            .mayOnlyBeAccessedByLayers("models", "detection", "observation");

    @ArchTest
    static final ArchRule ONLY_INFERENCE_KNOWS_ONNX_RUNTIME = noClasses()
            .that()
            .resideOutsideOfPackage("io.draem.service.inference..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..");

    @ArchTest
    static final ArchRule ONLY_OBSERVATION_KNOWS_METERS = noClasses()
            .that()
            .resideOutsideOfPackage("io.draem.service.observation..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "org.springframework.boot.health..");

    @ArchTest
    static final ArchRule ONLY_THE_DOORS_KNOW_HTTP = noClasses()
            .that()
            .resideOutsideOfPackages("io.draem.service.api..", "io.draem.service.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "jakarta.servlet..",
                    "org.springframework.web..",
                    "org.springframework.http..",
                    "org.apache.catalina..",
                    "org.apache.coyote..");

    @ArchTest
    static final ArchRule THE_CORE_IS_PLAIN_JAVA = noClasses()
            .that()
            .resideOutsideOfPackage("io.draem.service..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "ai.onnxruntime..", "io.draem.service..");
}
