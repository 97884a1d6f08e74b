package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.ModelCard;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.onnxexport.GraphMetadata;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("slow")
class RecalibrateCommandTests {

    @TempDir
    private static Path folder;

    private static Path models;
    private static Path labeled;

    @BeforeAll
    static void train() throws IOException {
        Path data = PaintedPlates.paint(folder.resolve("plate"));
        models = folder.resolve("models");
        CommandRun trained = CommandRun.of(
                "train",
                "--data=" + data,
                "--output=" + models,
                "--image-size=32",
                "--base-width=2",
                "--discriminative-base-width=2",
                "--steps=4",
                "--batch-size=4",
                "--export=fp32,int8",
                "--threads=1");
        assertThat(trained.code()).as(trained.err()).isZero();
        labeled = folder.resolve("labeled");
        for (int i = 0; i < 12; i++) {
            PaintedPlates.paint(labeled.resolve("train/good/%03d.png".formatted(i)), 100 + i, false);
            PaintedPlates.paint(labeled.resolve("test/hole/%03d.png".formatted(i)), 200 + i, true);
        }
    }

    private static CommandRun recalibrate(Path graph, Path output, String... more) {
        return CommandRun.of(Stream.concat(
                        Stream.of("recalibrate", "--model=" + graph, "--data=" + labeled, "--output=" + output),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private static ModelCard card(Path graph) throws Exception {
        try (GraphDetector detector = GraphDetector.open(graph, 1)) {
            return detector.card();
        }
    }

    @Test
    void theNextVersionIsTheSameNetworkWithNewThresholds() throws Exception {
        Path before = models.resolve("plate/1/model.onnx");
        CommandRun run = recalibrate(before, models);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("plate: 24 labeled images, 12 of them anomalous", "before (quantile)", "now (f1)")
                .contains(
                        "each fifth by the other four", "expect false alarms on", "wrote " + models.resolve("plate/2"));

        Path version = models.resolve("plate/2");
        ModelCard old = card(before);
        ModelCard now = card(version.resolve("model.onnx"));
        assertThat(now.calibration().normalImages()).isEqualTo(12);
        assertThat(now.calibration().anomalousImages()).isEqualTo(12);
        assertThat(now.calibration()).isNotEqualTo(old.calibration());
        assertThat(now.training().path("thresholdSource").path("image").asString())
                .isEqualTo("labeled images (recalibrate)");
        assertThat(now.metrics().path("image").path("auroc"))
                .as("of the test images")
                .isEqualTo(old.metrics().path("image").path("auroc"));
        assertThat(now.metrics().path("image").has("confusion"))
                .as("at thresholds of before")
                .isFalse();
        assertThat(now.images()).isEqualTo(old.images());
        JsonNode crossFitted = JsonMapper.shared()
                .readTree(Files.readString(version.resolve("metrics.json")))
                .at("/recalibration/crossFitted");
        assertThat(now.calibration().normalAbove())
                .as("stated are the false alarms of the folds")
                .isEqualTo(crossFitted.path("falsePositives").asInt(-1));
        JsonNode metrics = JsonMapper.shared().readTree(Files.readString(version.resolve("metrics.json")));
        assertThat(metrics.at("/recalibration/imageThresholdBefore").asDouble())
                .isEqualTo(old.calibration().imageThreshold());
        assertThat(metrics.at("/training/recalibratedFrom").asString()).hasSize(64);
        assertThat(version.resolve("report.html"))
                .content()
                .contains("24 labeled images that also gave the thresholds: take the figures for optimistic");
        ModelCheckpoint checkpoint = ModelCheckpoint.read(version.resolve("checkpoint.safetensors"));
        assertThat(Objects.requireNonNull(checkpoint.card()).calibration()).isEqualTo(now.calibration());

        try (GraphDetector one = GraphDetector.open(before, 1);
                GraphDetector other = GraphDetector.open(version.resolve("model.onnx"), 1)) {
            float[] image = new float[3 * 32 * 32];
            assertThat(other.detect(image, 1).get(0).map().values())
                    .isEqualTo(one.detect(image, 1).get(0).map().values());
        }
        CommandRun evaluated =
                CommandRun.of("evaluate", "--model=" + version.resolve("model.onnx"), "--data=" + labeled);
        assertThat(evaluated.code()).as(evaluated.err()).isZero();
        assertThat(evaluated.out()).doesNotContain("false alarms expected from");
        CommandRun exported = CommandRun.of(
                "export",
                "--checkpoint=" + version.resolve("checkpoint.safetensors"),
                "--data=" + folder.resolve("plate"),
                "--format=int8",
                "--output=" + folder.resolve("exported"));
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(card(folder.resolve("exported/plate-int8/1/model.onnx"))
                        .calibration()
                        .imageThreshold())
                .isEqualTo(now.calibration().imageThreshold());
    }

    @Test
    void aGraphWithoutACheckpointIsRecalibratedToo() throws Exception {
        Path output = folder.resolve("other");
        Path int8 = models.resolve("plate-int8/1/model.onnx");
        CommandRun run = recalibrate(int8, output, "--threshold-quantile=0.5");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("now \\(quantile\\) .* 6 of 12\\R");
        assertThat(output.resolve("plate-int8/1/checkpoint.safetensors")).doesNotExist();
        assertThat(card(output.resolve("plate-int8/1/model.onnx")).export().path("format"))
                .isEqualTo(card(int8).export().path("format"));
    }

    @Test
    void givenThresholdsShowWhatTheyChange() throws Exception {
        CommandRun run =
                recalibrate(models.resolve("plate/1/model.onnx"), folder.resolve("given"), "--threshold-image=0");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("now \\(manual\\) .* 12 of 12 +12 of 12\\R")
                .contains("the thresholds are given");
    }

    @Test
    void refusesWhatHasNoThresholdsOrLabels() throws Exception {
        assertThat(recalibrate(models, models).err()).contains("is a folder: name the model.onnx in it");
        Path good = folder.resolve("good");
        PaintedPlates.paint(good.resolve("train/good/000.png"), 1, false);
        CommandRun run = CommandRun.of(
                "recalibrate",
                "--model=" + models.resolve("plate/1/model.onnx"),
                "--data=" + good,
                "--output=" + models,
                "--threshold-rule=f1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("--threshold-rule f1 needs anomalous validation images");
        CommandRun own = CommandRun.of(
                "recalibrate",
                "--model=" + models.resolve("plate/1/model.onnx"),
                "--data=" + folder.resolve("plate"),
                "--output=" + folder.resolve("none"));
        assertThat(own.code()).isEqualTo(1);
        assertThat(own.err()).contains("The model was trained on");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void aNameThatIsAPathIsRefused() throws Exception {
        Path graph = models.resolve("plate/1/model.onnx");
        ModelCard card = card(graph);
        ModelCard hostile = new ModelCard(
                        "../../escaped", 32, 32, card.calibration(), card.training(), card.metrics(), card.export())
                .withFraming(card.framing());
        Path renamed = folder.resolve("renamed.onnx");
        GraphMetadata.replace(graph, renamed, hostile);
        CommandRun run = recalibrate(renamed, folder.resolve("a/b/c"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("The graph cannot be published under the name in its metadata");
        assertThat(folder.resolve("a")).doesNotExist();
    }
}
