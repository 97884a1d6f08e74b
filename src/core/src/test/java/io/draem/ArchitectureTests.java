package io.draem;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
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
