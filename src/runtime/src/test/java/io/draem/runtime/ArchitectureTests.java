package io.draem.runtime;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The runtime uses ONNX Runtime and the core alone. */
@AnalyzeClasses(packages = "io.draem.runtime", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule ONNX_RUNTIME_AND_THE_CORE = noClasses()
            .that()
            .resideInAPackage("io.draem.runtime..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "org.bytedeco..", "io.draem.trainer..", "io.draem.service..");
}
