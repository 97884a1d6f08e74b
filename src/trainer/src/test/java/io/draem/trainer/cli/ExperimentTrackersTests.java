package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.BoundedProcess;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A training read by the real TensorBoard and logged to a real MLflow server. Skipped where no Python is named:
 *
 * <pre>{@code
 * python3 -m venv VENV && VENV/bin/pip install mlflow tensorboard onnx onnxruntime
 * ./mvnw -pl src/trainer -am test -Dtest=ExperimentTrackersTests -Dsurefire.failIfNoSpecifiedTests=false -Dtracking.python=$PWD/VENV/bin/python
 * }</pre>
 */
@Tag("clients")
@EnabledIfSystemProperty(
        named = "tracking.python",
        matches = ".+",
        disabledReason =
                "-Dtracking.python names no Python that has mlflow, tensorboard, onnx and onnxruntime installed")
@Timeout(400)
class ExperimentTrackersTests {

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration SCRIPT_LIMIT = Duration.ofMinutes(2);
    private static final String SCRIPT = "src/trainer/src/test/python/trackers.py";

    @TempDir
    private Path folder;

    @Test
    void bothShowTheWholeTraining() throws Exception {
        Path data = PaintedPlates.paint(folder.resolve("plate"));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String address = "http://127.0.0.1:" + port;
        String python = System.getProperty("tracking.python");
        try (BoundedProcess server = BoundedProcess.start(
                python,
                "-m",
                "mlflow",
                "server",
                "--host=127.0.0.1",
                "--port=" + port,
                "--workers=1",
                "--backend-store-uri=sqlite:///" + folder.resolve("mlflow.db"),
                "--artifacts-destination=" + folder.resolve("artifacts"))) {
            server.awaitLine("running on " + address, START_LIMIT);
            CommandRun run = CommandRun.of(
                    "train",
                    "--data=" + data,
                    "--output=" + folder.resolve("models"),
                    "--image-size=32",
                    "--base-width=4",
                    "--discriminative-base-width=4",
                    "--batch-size=2",
                    "--steps=12",
                    "--validate-steps=4",
                    "--tensorboard=" + folder.resolve("runs"),
                    "--mlflow=" + address);
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.err()).doesNotContain("warning: MLflow", "TensorBoard");

            String output = BoundedProcess.run(
                    SCRIPT_LIMIT, python, SCRIPT, folder.resolve("runs").toString(), address, "plate");
            JsonNode seen = JsonMapper.shared().readTree(output.substring(output.lastIndexOf("\n{") + 1));
            for (String tracker : List.of("scalars", "metrics")) {
                assertThat(steps(seen.path(tracker).path("loss/total")))
                        .hasSize(12)
                        .endsWith(12);
                assertThat(steps(seen.path(tracker).path("validation/image_auroc")))
                        .containsExactly(4, 8, 12);
                assertThat(seen.path(tracker).path("test/image_auroc")).hasSize(1);
            }
            assertThat(steps(seen.at("/pictures/samples~1anomalous-1"))).containsExactly(4, 8, 12);
            assertThat(seen.at("/pictures/samples~1anomalous-1/0/1").asInt()).isEqualTo(4 * 32);
            assertThat(seen.path("texts").toString()).contains("command");
            assertThat(seen.path("status").asString()).isEqualTo("FINISHED");
            assertThat(seen.at("/parameters/recipe.network.baseWidth").asString())
                    .isEqualTo("4");
            assertThat(seen.path("files").toString())
                    .contains(
                            "model/model.onnx",
                            "model/MLmodel",
                            "report.html",
                            "metrics.json",
                            "checkpoint.safetensors")
                    .contains("pictures/step-000000012/samples/normal-1.png");
            assertThat(seen.path("outputs").toString()).contains("pred_score", "anomaly_map");
            assertThat(seen.at("/shapes/anomaly_map").toString()).isEqualTo("[1,32,32]");
        }
    }

    private static List<Integer> steps(JsonNode points) {
        List<Integer> steps = new ArrayList<>();
        points.forEach(point -> steps.add(point.get(0).asInt()));
        return steps;
    }
}
