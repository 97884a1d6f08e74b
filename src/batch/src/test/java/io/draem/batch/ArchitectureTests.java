package io.draem.batch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Commands call what scores, and that the list of images and the model; nothing looks back. */
@AnalyzeClasses(packages = "io.draem.batch", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule ONE_DIRECTION = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("cli")
            .definedBy("io.draem.batch.cli..")
            .layer("scoring")
            .definedBy("io.draem.batch.scoring..")
            .layer("report")
            .definedBy("io.draem.batch.report..")
            .layer("comparison")
            .definedBy("io.draem.batch.comparison..")
            .layer("archive")
            .definedBy("io.draem.batch.archive..")
            .layer("model")
            .definedBy("io.draem.batch.model..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("scoring")
            .mayOnlyBeAccessedByLayers("cli", "comparison")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("comparison")
            .mayOnlyBeAccessedByLayers("cli", "report")
            .whereLayer("archive")
            .mayOnlyBeAccessedByLayers("cli", "scoring", "comparison")
            .whereLayer("model")
            .mayOnlyBeAccessedByLayers("cli", "scoring");

    @ArchTest
    static final ArchRule SPARK_THE_RUNTIME_AND_THE_CORE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "org.bytedeco..",
                    "ai.onnxruntime..",
                    "io.draem.trainer..",
                    "io.draem.service..");
}
