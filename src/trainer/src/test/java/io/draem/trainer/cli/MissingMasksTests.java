package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.GraphDetector;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trains, evaluates and exports where images of defects have no mask, or some of them none. */
@Tag("slow")
class MissingMasksTests {

    @TempDir
    Path folder;

    private Path plates;

    @BeforeEach
    void paint() throws IOException {
        plates = PaintedPlates.paint(folder.resolve("plate"));
    }

    @Test
    void imagesAloneGiveImageFiguresAndBothThresholds() throws Exception {
        deleteMasks("000", "001", "002");
        String said = train("--validation", "from-test", "--validate-steps", "2");
        assertThat(said)
                .contains("3 of 3 images of defects have no mask (hole 3)")
                .contains("no figures of pixels without masks; best so far by image AUROC alone")
                .contains("and 2 with defects, 0 of them with a mask")
                .contains("No anomalous image has a mask: the pixel threshold is the image threshold")
                .contains("test images: image AUROC", "no pixel figures, since no anomalous image has a mask")
                .doesNotContain("NaN", "pixel AUROC");

        Calibration calibration = calibration(1);
        assertThat(calibration.rule()).isEqualTo(ThresholdRule.F1);
        assertThat(calibration.anomalousImages()).isEqualTo(2);
        assertThat(calibration.maskedImages()).isZero();
        assertThat(calibration.anomalousPixels()).isZero();
        assertThat(calibration.pixelThreshold()).isEqualTo(calibration.imageThreshold());
        JsonNode metrics = json(version(1).resolve("metrics.json"));
        assertThat(metrics.toString()).doesNotContain("NaN");
        for (String figures : List.of("", "/validation", "/perDefect/hole")) {
            assertThat(metrics.at(figures + "/image/auroc").isNumber()).isTrue();
            assertThat(metrics.at(figures + "/pixel/auroc").isNull()).isTrue();
            assertThat(metrics.at(figures + "/pixel/maskedImages").asInt()).isZero();
        }
        assertThat(metrics.at("/validationCurve/0/pixelAveragePrecision").isNull())
                .isTrue();
        assertThat(metrics.at("/validationCurve/0/score")).isEqualTo(metrics.at("/validationCurve/0/imageAuroc"));
        assertThat(Files.readString(version(1).resolve("report.html")))
                .contains("No anomalous image has a mask, so there are no pixel figures.")
                .contains("defect without a mask")
                .doesNotContain("NaN", ">pixel AP</text>");

        assertThat(evaluate(plates))
                .contains("0 of 3 anomalous images have a mask: there are no pixel figures")
                .containsPattern("hole +3 .* 0 +- +- +-");
        assertThat(run(
                        "export",
                        "--checkpoint",
                        version(1).resolve("checkpoint.safetensors").toString(),
                        "--data",
                        plates.toString(),
                        "--output",
                        folder.resolve("models").toString()))
                .contains("0 of them with a mask");
        assertThat(calibration(1).maskedImages()).isZero();
    }

    @Test
    void someMasksGivePixelFiguresOfTheirImages() throws Exception {
        deleteMasks("001");
        assertThat(train("--validation", "same-as-test"))
                .contains("1 of 3 images of defects has no mask (hole 1)", "those of pixels of the 2 with a mask")
                .contains("The pixel threshold comes from the 2 with a mask of 3 anomalous images")
                .contains("pixel AUROC", "pixel figures of the 2 anomalous images with a mask");
        Calibration calibration = calibration(1);
        assertThat(calibration.anomalousImages()).isEqualTo(3);
        assertThat(calibration.maskedImages()).isEqualTo(2);
        JsonNode metrics = json(version(1).resolve("metrics.json"));
        assertThat(metrics.at("/pixel/auroc").isNumber()).isTrue();
        assertThat(metrics.at("/pixel/maskedImages").asInt()).isEqualTo(2);
        assertThat(metrics.at("/images/hole").asInt()).isEqualTo(3);
        assertThat(Files.readString(version(1).resolve("report.html")))
                .contains("of the 2 of 3 anomalous ones that have a mask");
        assertThat(evaluate(plates)).contains("2 of 3 anomalous images have a mask: pixel figures are of those");
    }

    @Test
    void aManifestMayNameNoMask() throws Exception {
        Path manifest = folder.resolve("plate/plates.csv");
        StringBuilder lines = new StringBuilder("path,label,split\n");
        for (int i = 0; i < 10; i++) {
            lines.append("train/good/%03d.png,good,train%n".formatted(i));
        }
        for (int i = 0; i < 3; i++) {
            lines.append("test/good/%03d.png,good,test%ntest/hole/%03d.png,hole,test%n".formatted(i, i));
        }
        Files.writeString(manifest, lines);
        train();
        assertThat(evaluate(manifest)).contains("0 of 3 anomalous images have a mask");
    }

    private void deleteMasks(String... names) throws IOException {
        for (String name : names) {
            Files.delete(plates.resolve("ground_truth/hole/" + name + "_mask.png"));
        }
    }

    private String train(String... more) {
        String[] arguments = {
            "train",
            "--data",
            plates.toString(),
            "--output",
            folder.resolve("models").toString(),
            "--name",
            "plate",
            "--image-size",
            "32",
            "--base-width",
            "2",
            "--discriminative-base-width",
            "2",
            "--steps",
            "4",
            "--batch-size",
            "4",
            "--seed",
            "7",
            "--threads",
            "1"
        };
        return run(Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new));
    }

    private String evaluate(Path data) {
        return run("evaluate", "--model", version(1).resolve("model.onnx").toString(), "--data", data.toString());
    }

    private static String run(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int code = Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
        assertThat(code).as(said.toString()).isZero();
        return said.toString();
    }

    private Path version(int number) {
        return folder.resolve("models/plate").resolve(Integer.toString(number));
    }

    private Calibration calibration(int number) throws Exception {
        try (GraphDetector detector = GraphDetector.open(version(number).resolve("model.onnx"), 1)) {
            return detector.card().calibration();
        }
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }
}
