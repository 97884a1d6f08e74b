package io.draem.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Commands call the workflow, and the workflow the parts; no part looks back. */
@AnalyzeClasses(packages = "io.draem.trainer", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule ONE_DIRECTION = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("cli")
            .definedBy("io.draem.trainer.cli..")
            .layer("workflow")
            .definedBy("io.draem.trainer.workflow..")
            .layer("report")
            .definedBy("io.draem.trainer.report..")
            .layer("table")
            .definedBy("io.draem.trainer.table..")
            .layer("onnxexport")
            .definedBy("io.draem.trainer.onnxexport..")
            .layer("tracking")
            .definedBy("io.draem.trainer.tracking..")
            .layer("training")
            .definedBy("io.draem.trainer.training..")
            .layer("evaluation")
            .definedBy("io.draem.trainer.evaluation..")
            .layer("parts")
            .definedBy(
                    "io.draem.trainer.network..",
                    "io.draem.trainer.loss..",
                    "io.draem.trainer.synthesis..",
                    "io.draem.trainer.data..",
                    "io.draem.trainer.checkpoint..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("workflow")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("cli", "workflow")
            .whereLayer("table")
            .mayOnlyBeAccessedByLayers("workflow")
            .whereLayer("onnxexport")
            .mayOnlyBeAccessedByLayers("cli", "workflow", "report")
            .whereLayer("tracking")
            .mayOnlyBeAccessedByLayers("cli", "workflow")
            .whereLayer("training")
            .mayOnlyBeAccessedByLayers("cli", "workflow", "report", "onnxexport", "tracking", "evaluation")
            .whereLayer("evaluation")
            .mayOnlyBeAccessedByLayers("cli", "workflow", "report", "onnxexport", "training");

    /**
     * {@code Activations} reads every activation of a graph, which the runtime does not offer; {@code Float16Arithmetic}
     * uses the conversion of numbers alone.
     */
    @ArchTest
    static final ArchRule ONLY_THE_RUNTIME_KNOWS_ONNX_RUNTIME = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.draem.trainer.onnxexport.Activations")
            .and()
            .doNotHaveFullyQualifiedName("io.draem.trainer.onnxexport.Float16Arithmetic")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.draem.trainer.(**)").should().beFreeOfCycles();
}
