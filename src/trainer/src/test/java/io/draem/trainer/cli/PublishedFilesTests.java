package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files of a version, and the order of the keys in {@code metrics.json}, for each command that publishes. */
@Tag("slow")
class PublishedFilesTests {

    private static final List<String> FIGURES = List.of(
            "image",
            "pixel",
            "threshold",
            "pixelThreshold",
            "thresholdRule",
            "expectedFalseAlarms",
            "images",
            "perDefect",
            "defectSizes",
            "validation",
            "warnings");
    private static final Path IMPORTED =
            Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported/anomalib-2.7.ckpt");

    @TempDir
    static Path folder;

    private static Path models;
    private static Path data;

    @BeforeAll
    static void train() throws IOException {
        data = PaintedPlates.paint(folder.resolve("plate"));
        models = folder.resolve("models");
        run(
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
    }

    @Test
    void aTrainingWritesGraphCheckpointFiguresAndReport() throws IOException {
        Path version = models.resolve("plate/1");
        assertThat(names(version))
                .containsExactly("checkpoint.safetensors", "metrics.json", "model.onnx", "report.html");
        JsonNode metrics = metrics(version);
        assertThat(metrics.propertyNames())
                .containsExactlyElementsOf(Stream.concat(
                                FIGURES.stream(),
                                Stream.of(
                                        "steps",
                                        "seconds",
                                        "imagesPerSecond",
                                        "waitedForDataShare",
                                        "lossCurve",
                                        "validationCurve",
                                        "validationInTraining",
                                        "run",
                                        "parity",
                                        "training"))
                        .toList());
        assertThat(metrics.get("parity").propertyNames()).containsExactly("images", "score", "map", "reconstruction");
        assertThat(metrics.get("run").propertyNames()).containsExactly("command", "date");
    }

    @Test
    void anotherFormatOfATrainingWritesGraphFiguresAndReport() throws IOException {
        Path version = models.resolve("plate-int8/1");
        assertThat(names(version)).containsExactly("metrics.json", "model.onnx", "report.html");
        JsonNode metrics = metrics(version);
        assertThat(metrics.propertyNames())
                .containsExactlyElementsOf(Stream.concat(FIGURES.stream(), Stream.of("export", "training", "run"))
                        .toList());
        assertThat(metrics.get("export").propertyNames())
                .containsExactly(
                        "format",
                        "calibrationImages",
                        "leftInFloat32",
                        "differenceToFp32",
                        "imageAurocLost",
                        "pixelAurocLost",
                        "figures",
                        "thresholds",
                        "dataDigest");
    }

    @Test
    void anExportWithoutImagesWritesGraphAndFiguresOfTheCheckpoint() throws IOException {
        Path output = folder.resolve("exported");
        run("export", "--checkpoint=" + models.resolve("plate/1/checkpoint.safetensors"), "--output=" + output);
        Path version = output.resolve("plate/1");
        assertThat(names(version)).containsExactly("metrics.json", "model.onnx");
        JsonNode metrics = metrics(version);
        assertThat(metrics.propertyNames())
                .containsExactlyElementsOf(Stream.concat(FIGURES.stream(), Stream.of("export", "training", "run"))
                        .toList());
        assertThat(metrics.get("export").propertyNames())
                .containsExactly("format", "differenceToLibtorch", "figures", "thresholds");
    }

    @Test
    void anImportWritesGraphCheckpointAndFiguresAndWithImagesAReport() throws IOException {
        Path output = folder.resolve("imported");
        run("import", IMPORTED.toString(), "--output=" + output, "--name=m", "--threads=1");
        assertThat(names(output.resolve("m/1")))
                .containsExactly("checkpoint.safetensors", "metrics.json", "model.onnx");
        assertThat(metrics(output.resolve("m/1")).propertyNames()).endsWith("run", "parity", "training");
        run("import", IMPORTED.toString(), "--output=" + output, "--name=m", "--threads=1", "--data=" + data);
        assertThat(names(output.resolve("m/2")))
                .containsExactly("checkpoint.safetensors", "metrics.json", "model.onnx", "report.html");
        assertThat(metrics(output.resolve("m/2")).propertyNames())
                .containsExactlyElementsOf(Stream.concat(FIGURES.stream(), Stream.of("run", "parity", "training"))
                        .toList());
    }

    private static List<String> names(Path version) throws IOException {
        try (Stream<Path> files = Files.list(version)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static JsonNode metrics(Path version) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(version.resolve("metrics.json")));
    }

    private static void run(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int status = Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
        assertThat(status).as(said.toString()).isZero();
    }
}
