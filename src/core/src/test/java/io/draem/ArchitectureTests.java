package io.draem;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The packages of the core have one direction, and use nothing of the modules above. */
@AnalyzeClasses(packages = "io.draem", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.draem.(*)..").should().beFreeOfCycles();

    /** Images, scores and their drawing know neither frames nor models, and frames no models. */
    @ArchTest
    static final ArchRule DIRECTION = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("model")
            .definedBy("io.draem.model..")
            .layer("frame")
            .definedBy("io.draem.frame..")
            .layer("pixels")
            .definedBy(
                    "io.draem.image..", "io.draem.score..", "io.draem.overlay..", "io.draem.text..", "io.draem.file..")
            .whereLayer("model")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("frame")
            .mayOnlyBeAccessedByLayers("model");

    @ArchTest
    static final ArchRule PLAIN_JAVA = noClasses()
            .that()
            .resideInAPackage("io.draem..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "ai.onnxruntime..",
                    "org.bytedeco..",
                    "io.draem.runtime..",
                    "io.draem.trainer..",
                    "io.draem.service..");
}
