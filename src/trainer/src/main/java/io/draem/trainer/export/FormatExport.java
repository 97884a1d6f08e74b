package io.draem.trainer.export;

import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.score.Calibration;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.OnnxDetector;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.network.DraemNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Exports one network in several formats. Every graph is judged as it will be served: thresholds, ranges and figures in
 * its card come from running that graph itself, and its differences to the float32 graph stand beside them.
 */
public final class FormatExport implements AutoCloseable {

    private static final String GRAPH = "model.onnx";
    private static final int PARITY_IMAGES = 4;
    private static final int COMPARED_IMAGES = 16;
    private static final OnnxGraph.Producer NOBODY = new OnnxGraph.Producer("", "");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ModelCheckpoint model;
    private final ModelCard draft;
    private final ExportImages images;
    private final Path float32File;
    private final OnnxDetector float32;
    private final int threads;
    private final Parity parity;
    private @Nullable ObjectNode float32Figures;

    private FormatExport(
            ModelCheckpoint model,
            ModelCard draft,
            ExportImages images,
            Path float32File,
            OnnxDetector float32,
            Parity parity,
            int threads) {
        this.model = model;
        this.draft = draft;
        this.images = images;
        this.float32File = float32File;
        this.float32 = float32;
        this.parity = parity;
        this.threads = threads;
    }

    /**
     * Writes the float32 graph that the others are compared with.
     *
     * @param draft the card of the network: its calibration stays where no validation images are given
     * @param scratch folder for files that are deleted again
     * @throws ExportRefusedException if ONNX Runtime does not give what the network itself gives
     */
    public static FormatExport of(
            ModelCheckpoint model, ModelCard draft, ExportImages images, Path scratch, int threads)
            throws IOException, ExportRefusedException, ModelCardException {
        Path file = Files.createTempFile(scratch, ".float32-", ".onnx"); // a dot: no service takes it for a model
        try {
            graph(model, draft, Arithmetic.FLOAT32).write(file, NOBODY, draft.toMetadata());
            Parity parity = parity(model, draft, images.compared(), file);
            return new FormatExport(model, draft, images, file, OnnxDetector.open(file, threads), parity, threads);
        } catch (IOException | ExportRefusedException | ModelCardException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /**
     * Writes {@code model.onnx} and {@code metrics.json} of one format.
     *
     * @return the card in the graph
     * @throws ExportRefusedException if the graph gives what is no number
     */
    public ModelCard write(ExportFormat format, Path folder)
            throws IOException, ExportRefusedException, ModelCardException {
        ObjectNode export = JSON.createObjectNode().put("format", format.toString());
        Path file = folder.resolve(GRAPH);
        OnnxGraph graph = graph(format, folder, export);
        graph.write(file, NOBODY, draft.toMetadata());
        ModelCard card;
        try (OnnxDetector detector = OnnxDetector.open(file, threads)) {
            EvaluationSet compared = images.compared();
            if (format == ExportFormat.FP32) {
                parity.writeTo(export.putObject("differenceToLibtorch"));
            } else if (compared != null) {
                Deviation deviation = Deviation.of(detector, float32, compared, COMPARED_IMAGES);
                if (!deviation.isNumber()) {
                    throw new ExportRefusedException(file, format);
                }
                deviation.writeTo(export.putObject("differenceToFp32"));
            }
            card = judge(detector, format, export);
        }
        DraemExporter.write(graph, file, card);
        ObjectNode report = card.metrics().deepCopy();
        report.set("export", card.export());
        report.set("training", card.training());
        Files.writeString(folder.resolve("metrics.json"), report.toPrettyString() + "\n");
        return card;
    }

    @Override
    public void close() throws IOException {
        float32.close();
        Files.deleteIfExists(float32File);
    }

    private OnnxGraph graph(ExportFormat format, Path folder, ObjectNode export)
            throws IOException, ExportRefusedException {
        switch (format) {
            case FP32 -> {
                return graph(model, draft, Arithmetic.FLOAT32);
            }
            case FP16 -> {
                Float16Arithmetic arithmetic = new Float16Arithmetic();
                OnnxGraph graph = graph(model, draft, arithmetic);
                requireFloat16(folder);
                names(export, arithmetic.leftInFloat32());
                return graph;
            }
            case INT8 -> {
                EvaluationSet training = Objects.requireNonNull(images.training(), "int8 needs training images");
                int count = Math.min(images.calibration(), training.size());
                Map<String, ActivationRange> ranges = new HashMap<>();
                activations(training, count, folder).forEach((name, seen) -> ranges.put(name, seen.range()));
                Int8Arithmetic arithmetic = new Int8Arithmetic(ranges);
                OnnxGraph graph = graph(model, draft, arithmetic);
                export.put("calibrationImages", count);
                names(export, arithmetic.leftInFloat32());
                return graph;
            }
        }
        throw new IllegalStateException("No such format: " + format);
    }

    /** Compares libtorch and ONNX Runtime on a few of the images, on noise where there are none. */
    private static Parity parity(ModelCheckpoint model, ModelCard draft, @Nullable EvaluationSet set, Path graph)
            throws IOException, ExportRefusedException {
        int length = 3 * draft.width() * draft.height();
        int count = set == null ? 1 : Math.min(PARITY_IMAGES, set.size());
        float[] batch = new float[count * length];
        Random noise = new Random(0);
        for (int i = 0; i < batch.length && set == null; i++) {
            batch[i] = noise.nextFloat();
        }
        for (int i = 0; i < count && set != null; i++) {
            float[] pixels = set.load((int) ((long) i * set.size() / count)).pixels();
            System.arraycopy(pixels, 0, batch, i * length, length);
        }
        try (DraemNetwork network = DraemNetwork.load(model.options(), model.weights())) {
            NetworkDetector detector = new NetworkDetector(network, draft.width(), draft.height());
            Parity parity = ParityCheck.check(graph, batch, detector.run(batch, count));
            if (!parity.within(ParityCheck.TOLERANCE)) {
                throw new ExportRefusedException(graph, parity, ParityCheck.TOLERANCE);
            }
            return parity;
        }
    }

    /** On a processor ONNX Runtime widens activations, so that an overflow would show on GPUs alone. */
    private void requireFloat16(Path folder) throws IOException, ExportRefusedException {
        EvaluationSet compared = images.compared();
        if (compared != null) {
            for (ActivationExtremes seen :
                    activations(compared, PARITY_IMAGES, folder).values()) {
                if (seen.largest() > Float16Arithmetic.LARGEST / 2) {
                    throw new ExportRefusedException(folder.resolve(GRAPH), ExportFormat.FP16);
                }
            }
        }
    }

    private Map<String, ActivationExtremes> activations(EvaluationSet set, int most, Path scratch) throws IOException {
        return Activations.observe(
                new NamedWeights(model.weights()),
                model.options(),
                draft.width(),
                draft.height(),
                set,
                most,
                scratch.resolve(".observed.onnx"),
                threads);
    }

    private static void names(ObjectNode export, List<String> leftInFloat32) {
        leftInFloat32.forEach(export.putArray("leftInFloat32")::add);
    }

    private static OnnxGraph graph(ModelCheckpoint model, ModelCard card, Arithmetic arithmetic) {
        return DraemGraph.of(
                new NamedWeights(model.weights()), model.options(), card.width(), card.height(), arithmetic);
    }

    /** Finds thresholds and figures with the graph itself. */
    private ModelCard judge(OnnxDetector detector, ExportFormat format, ObjectNode export) throws IOException {
        Calibration calibration = draft.calibration();
        ObjectNode metrics = draft.metrics();
        EvaluationSet validation = images.validation();
        if (validation != null) {
            Scores scores = Scores.of(validation, detector);
            calibration = images.thresholds().of(scores);
            EvaluationSet test = images.test();
            metrics =
                    test == null ? JSON.createObjectNode() : Evaluation.figures(Scores.of(test, detector), calibration);
            metrics.set("validation", Evaluation.ranking(scores, calibration));
            if (format != ExportFormat.FP32) {
                ObjectNode before = float32Figures();
                String level = test == null ? "/validation" : "";
                export.put("imageAurocLost", lost(before, metrics, level + "/image/auroc"));
                export.put("pixelAurocLost", lost(before, metrics, level + "/pixel/auroc"));
            } else {
                float32Figures = metrics;
            }
        }
        export.put("thresholds", validation == null ? "of the float32 network" : "of this graph");
        return new ModelCard(
                format.modelName(draft.model()),
                draft.width(),
                draft.height(),
                calibration,
                model.training(),
                metrics,
                export,
                draft.images());
    }

    private ObjectNode float32Figures() throws IOException {
        if (float32Figures == null) {
            Scores validated = Scores.of(Objects.requireNonNull(images.validation()), float32);
            Calibration calibration = images.thresholds().of(validated);
            EvaluationSet test = images.test();
            ObjectNode figures =
                    test == null ? JSON.createObjectNode() : Evaluation.ranking(Scores.of(test, float32), calibration);
            figures.set("validation", Evaluation.ranking(validated, calibration));
            float32Figures = figures;
        }
        return float32Figures;
    }

    private static @Nullable Double lost(ObjectNode before, ObjectNode after, String figure) {
        JsonNode was = before.at(figure);
        JsonNode is = after.at(figure);
        return was.isNumber() && is.isNumber() ? was.asDouble() - is.asDouble() : null;
    }
}
