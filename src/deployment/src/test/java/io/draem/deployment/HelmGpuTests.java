package io.draem.deployment;

import static io.draem.deployment.HelmChart.configuration;
import static io.draem.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** GPUs as the pods ask for them: whole, in slices, or none. */
class HelmGpuTests {

    private static final String POD = "spec.template.spec.";
    private static final String CONTAINER = POD + "containers.0.";

    @Test
    void asksForOneGpuAndToleratesTheTaintOfGpuNodes() {
        var deployment = render("Deployment", "");

        assertThat(deployment.map(CONTAINER + "resources.limits").get("nvidia.com/gpu"))
                .isEqualTo(1);
        assertThat(deployment.map(CONTAINER + "resources.requests").get("nvidia.com/gpu"))
                .isEqualTo(1);
        assertThat(deployment.list(POD + "tolerations"))
                .anySatisfy(toleration -> assertThat(toleration)
                        .isEqualTo(Map.of("key", "nvidia.com/gpu", "operator", "Exists", "effect", "NoSchedule")));
        assertThat(deployment.at(CONTAINER + "image")).isEqualTo("draem-service:0.1.0-SNAPSHOT");
        assertThat(configuration("").at("draem.inference.provider")).isEqualTo("cuda");
    }

    @Test
    void usesAllWholeGpusAndOneSlice() {
        assertThat(configuration("gpu: {count: 2}").at("draem.inference.devices"))
                .isEqualTo(List.of(0, 1));
        assertThat(configuration("gpu: {count: 2, resource: nvidia.com/mig-1g.10gb}")
                        .at("draem.inference.devices"))
                .isNull();
    }

    @Test
    void dividesTheMemoryOfATimeSlice() {
        assertThat(configuration("gpu: {resource: nvidia.com/gpu.shared, memoryLimit: 6GB}")
                        .at("draem.inference.cuda.memory-limit"))
                .isEqualTo("6GB");
    }

    @Test
    void asksForASliceOfAGpuByItsName() {
        var deployment = render("Deployment", "gpu: {resource: nvidia.com/mig-1g.10gb}");

        assertThat(deployment.at(CONTAINER + "resources.limits"))
                .isEqualTo(Map.of("nvidia.com/mig-1g.10gb", 1, "memory", "4Gi"));
    }

    @Test
    void withoutGpusTakesTheImageAndTheProviderForProcessors() {
        var deployment = render("Deployment", "gpu: {enabled: false}");

        assertThat(deployment.at(CONTAINER + "resources.limits")).isEqualTo(Map.of("memory", "4Gi"));
        assertThat(deployment.at(CONTAINER + "image")).isEqualTo("draem-service:0.1.0-SNAPSHOT-cpu");
        assertThat(configuration("gpu: {enabled: false}").at("draem.inference.provider"))
                .isEqualTo("cpu");
    }

    @Test
    void anUpdateNeverWaitsForAGpuThatTheOldPodHolds() {
        assertThat(render("Deployment", "").at("spec.strategy")).isEqualTo(Map.of("type", "Recreate"));
        assertThat(render("Deployment", "replicaCount: 2").at("spec.strategy.rollingUpdate"))
                .isEqualTo(Map.of("maxSurge", 0, "maxUnavailable", 1));
    }
}
