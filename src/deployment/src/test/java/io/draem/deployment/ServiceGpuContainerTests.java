package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The container gets no GPU here, whatever the machine has: tests that it logs this and continues. */
@NeedsImage(BuiltImage.SERVICE)
class ServiceGpuContainerTests extends ServiceContainerTest {

    @Test
    void saysThatItMissesAGpuAndComputesOnProcessors() throws Exception {
        assertThat(service.getLogs().lines())
                .anyMatch(line -> line.contains("WARN") && line.contains("Models run on the CPU. "));
        assertThat(get(service, "/actuator/prometheus").lines())
                .anyMatch(line -> line.startsWith("draem_provider_fallback{") && line.endsWith(" 1.0"));
    }

    @Test
    void endsWithTheReasonWhereAGpuIsRequired() {
        try (StrictContainer container = new StrictContainer(image).withEnv("DRAEM_INFERENCE_PROVIDER", "cuda")) {
            container.start();
            assertThat(container.awaitExit()).isEqualTo(1);
            assertThat(container.getLogs()).contains("CUDA").doesNotContain("\tat ");
        }
    }
}
