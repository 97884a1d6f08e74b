package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

@NeedsImage(BuiltImage.SERVICE_CPU)
class ServiceCpuContainerTests extends ServiceContainerTest {

    @Test
    void computesOnProcessorsWithoutMissingAGpu() throws Exception {
        assertThat(service.getLogs()).doesNotContain("WARN", "ERROR");
        assertThat(get(service, "/actuator/prometheus").lines())
                .anyMatch(line -> line.startsWith("draem_model_info{") && line.contains("provider=\"cpu\""))
                .noneMatch(line -> line.startsWith("draem_provider_fallback{") && line.endsWith(" 1.0"));
    }
}
