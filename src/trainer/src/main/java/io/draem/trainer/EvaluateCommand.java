package io.draem.trainer;

import io.draem.model.ModelCardException;
import io.draem.tensor.BesideFile;
import io.draem.trainer.data.ImageFiles;
import io.draem.trainer.data.MvtecDataset;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.OnnxDetector;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code evaluate}: the figures of an exported graph on labelled images. */
@Command(
        name = "evaluate",
        description = "Runs an exported graph over the test images of a data set and prints its figures as JSON.",
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "FILE", description = "Exported graph (model.onnx)")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Images in MVTec AD layout")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(names = "--json", paramLabel = "FILE", description = "File to write to, in place of printing")
    private @Nullable Path json;

    @Option(names = "--threads", description = "Threads of ONNX Runtime (default: the processors)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException, InterruptedException, ModelCardException, TrainerException {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1, not " + threads);
        }
        if (json != null && !Files.isDirectory(json.resolveSibling(""))) {
            throw new TrainerException("There is no folder for " + json + ": make it, or name another file");
        }
        if (Files.isDirectory(model)) {
            throw new TrainerException("--model " + model + " is a folder: name the model.onnx in it");
        }
        MvtecDataset dataset = MvtecDataset.open(data);
        if (dataset.test().isEmpty()) {
            throw new TrainerException(
                    data + " has no test images: put normal ones into test/good and others into test/<defect>");
        }
        ImageFiles.requireReadable(
                dataset.test().stream()
                        .flatMap(image -> Stream.of(image.file(), image.mask()))
                        .filter(Objects::nonNull)
                        .toList(),
                threads);
        try (OnnxDetector detector = OnnxDetector.open(model, threads)) {
            TestImages images = new TestImages(
                    dataset.test(), detector.card().width(), detector.card().height());
            ObjectNode figures = Evaluation.figures(
                    Scores.of(images, detector), detector.card().calibration());
            figures.put("model", detector.card().model());
            figures.put("dataDigest", dataset.digest());
            String text = JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(figures);
            if (json == null) {
                spec.commandLine().getOut().println(text);
            } else {
                Path part = BesideFile.of(json);
                Files.writeString(part, text + "\n");
                BesideFile.publish(part, json);
            }
        }
        return 0;
    }
}
