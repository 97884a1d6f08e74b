package io.draem.deployment;

import static io.draem.deployment.HelmChart.ofKind;
import static io.draem.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class HelmTrainingTests {

    private static final String POD = "spec.template.spec.";

    @Test
    void trainsNothingUnlessAsked() {
        assertThat(ofKind("Job", render(""))).isEmpty();
    }

    @Test
    void eachProductIsAnIndexWithItsOptions() {
        var manifests = render(EffectiveValues.TRAINING);
        var job = ofKind("Job", manifests).get(0);
        var options = ofKind("ConfigMap", manifests).stream()
                .filter(map -> map.at("metadata.name").equals(job.at(POD + "volumes.0.configMap.name")))
                .findFirst()
                .orElseThrow()
                .map("data");

        assertThat(job.at("spec.completionMode")).isEqualTo("Indexed");
        assertThat(job.at("spec.completions")).isEqualTo(options.size()).isEqualTo(2);
        assertThat(job.list(POD + "containers.0.args"))
                .isEqualTo(List.of(
                        "train",
                        "--config",
                        "/etc/draem/training/$(JOB_COMPLETION_INDEX).yaml",
                        "--preset",
                        "quick",
                        "--resume"));
        assertThat(job.at(POD + "containers.0.volumeMounts.0.mountPath")).isEqualTo("/etc/draem/training");
        assertThat((Object) new Yaml().load((String) options.get("0.yaml")))
                .isEqualTo(Map.of(
                        "name", "casting",
                        "data", "/data/casting",
                        "output", "/models",
                        "anomaly-source", "/data/textures",
                        "seed", 7));
        assertThat((Object) new Yaml().load((String) options.get("1.yaml")))
                .isEqualTo(Map.of(
                        "name", "gear",
                        "data", "/data/gear",
                        "output", "/models",
                        "anomaly-source", "/data/textures",
                        "image-size", 128,
                        "seed", 8,
                        "beta", List.of(0, 0.8)));
    }

    @Test
    void neverHasTwoPodsAtOneCheckpoint() {
        var job = render("Job", EffectiveValues.TRAINING);

        assertThat(job.at("spec.podReplacementPolicy")).isEqualTo("Failed");
        assertThat(job.at(POD + "restartPolicy")).isEqualTo("Never");
        assertThat(job.map("spec.podFailurePolicy.rules.1.onExitCodes"))
                .as("a wrong command line is the trainer's exit 2")
                .containsEntry("values", List.of(2))
                .containsEntry("containerName", job.at(POD + "containers.0.name"));
    }

    @Test
    void anotherTrainingIsAnotherJobAndAnotherServiceIsNot() {
        var name = "metadata.name";
        var before = render("Job", EffectiveValues.TRAINING).at(name);

        assertThat(render("Job", EffectiveValues.TRAINING + "replicaCount: 2\n").at(name))
                .isEqualTo(before);
        assertThat(render("Job", EffectiveValues.TRAINING.replace("seed: 7", "seed: 9"))
                        .at(name))
                .isNotEqualTo(before);
    }

    @Test
    void theServicesPodsAreNotThoseOfTheTraining() {
        var manifests = render(EffectiveValues.TRAINING);

        assertThat(ofKind("Job", manifests)
                        .get(0)
                        .map("spec.template.metadata.labels")
                        .entrySet()
                        .containsAll(ofKind("Service", manifests)
                                .get(0)
                                .map("spec.selector")
                                .entrySet()))
                .isFalse();
    }

    @Test
    void asksForAGpuOnlyWhereTheTrainerUsesOne() {
        assertThat(render("Job", EffectiveValues.TRAINING).map(POD + "containers.0.resources.limits"))
                .doesNotContainKey("nvidia.com/gpu");
        assertThat(render("Job", EffectiveValues.TRAINING + "  gpu: {enabled: true}\n")
                        .map(POD + "containers.0.resources.limits"))
                .containsEntry("nvidia.com/gpu", 1);
    }
}
