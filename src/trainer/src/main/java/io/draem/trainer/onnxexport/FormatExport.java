package io.draem.trainer.onnxexport;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.NetworkDetector;
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
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes one network in several formats, and compares each with libtorch or with the float32 graph. What a graph is worth
 * on labelled images is for others to evaluator.
 */
public final class FormatExport implements AutoCloseable {

    private static final int PARITY_IMAGES = 4;
    private static final int COMPARED_IMAGES = 16;
    private static final OnnxGraph.Producer NOBODY = new OnnxGraph.Producer("", "");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ModelCheckpoint model;
    private final ModelCard draft;
    private final ExportImages images;
    private final GraphDetector float32;
    private final int threads;
    private final Parity parity;

    private FormatExport(
            ModelCheckpoint model,
            ModelCard draft,
            ExportImages images,
            GraphDetector float32,
            Parity parity,
            int threads) {
        this.model = model;
        this.draft = draft;
        this.images = images;
        this.float32 = float32;
        this.parity = parity;
        this.threads = threads;
    }

    /**
     * Writes the float32 graph that the others are compared with.
     *
     * @param draft the card of the network
     * @param target where the first graph is to be written; a file beside it is deleted again
     * @param published where people find the first graph once its version is published: what a refusal names
     * @throws ExportRefusedException if ONNX Runtime does not give what the network itself gives
     */
    public static FormatExport of(
            ModelCheckpoint model, ModelCard draft, ExportImages images, Path target, Path published, int threads)
            throws IOException, ExportRefusedException, GraphRefusedException {
        Path file = Files.createTempFile(
                target.toAbsolutePath().resolveSibling(""),
                ".float32-",
                ".onnx"); // a dot: no service takes it for a model
        try {
            graph(model, draft, Arithmetic.FLOAT32).write(file, NOBODY, draft.toMetadata());
            Parity parity = parity(model, draft, images.compared(), file, published);
            return new FormatExport(model, draft, images, GraphDetector.open(file, threads), parity, threads);
        } finally {
            Files.deleteIfExists(file); // ONNX Runtime has read all of it
        }
    }

    /** Returns the float32 graph. */
    public GraphDetector float32() {
        return float32;
    }

    /**
     * Writes the graph of one format, for now with the draft's card.
     *
     * @param published where people find the graph once its version is published: what a refusal names
     * @throws ExportRefusedException if the graph gives what is no number
     */
    public FormatGraph write(ExportFormat format, Path file, Path published)
            throws IOException, ExportRefusedException, GraphRefusedException {
        ObjectNode export = JSON.createObjectNode().put("format", format.toString());
        OnnxGraph graph = graph(format, file, published, export);
        graph.write(file, NOBODY, draft.toMetadata());
        GraphDetector detector = GraphDetector.open(file, threads);
        try {
            compare(format, detector, published, export);
            return new FormatGraph(file, graph, detector, export);
        } catch (IOException | ExportRefusedException | RuntimeException e) {
            detector.close();
            throw e;
        }
    }

    private void compare(ExportFormat format, GraphDetector detector, Path published, ObjectNode export)
            throws IOException, ExportRefusedException {
        if (format == ExportFormat.FP32) {
            parity.writeTo(export.putObject("differenceToLibtorch"));
        } else if (images.compared() != null) {
            Deviation deviation = Deviation.of(detector, float32, images.compared(), COMPARED_IMAGES);
            if (!deviation.isNumber()) {
                throw new ExportRefusedException(published, format);
            }
            deviation.writeTo(export.putObject("differenceToFp32"));
        }
    }

    @Override
    public void close() {
        float32.close();
    }

    private OnnxGraph graph(ExportFormat format, Path file, Path published, ObjectNode export)
            throws IOException, ExportRefusedException {
        switch (format) {
            case FP32 -> {
                return graph(model, draft, Arithmetic.FLOAT32);
            }
            case FP16 -> {
                Float16Arithmetic arithmetic = new Float16Arithmetic();
                OnnxGraph graph = graph(model, draft, arithmetic);
                requireFloat16(file, published);
                names(export, arithmetic.leftInFloat32());
                return graph;
            }
            case INT8 -> {
                EvaluationSet training = Objects.requireNonNull(images.training(), "int8 needs training images");
                int count = Math.min(images.calibration(), training.size());
                Map<String, ActivationRange> ranges = new HashMap<>();
                activations(training, count, file).forEach((name, seen) -> ranges.put(name, seen.range()));
                Int8Arithmetic arithmetic = new Int8Arithmetic(ranges);
                OnnxGraph graph = graph(model, draft, arithmetic);
                export.put("calibrationImages", count);
                names(export, arithmetic.leftInFloat32());
                return graph;
            }
        }
        throw new IllegalStateException("No such format: " + format);
    }

    /** Compares libtorch and ONNX Runtime on an input of a few images, on noise where there are none. */
    private static Parity parity(
            ModelCheckpoint model, ModelCard draft, @Nullable EvaluationSet set, Path graph, Path published)
            throws IOException, ExportRefusedException {
        int length = 3 * draft.width() * draft.height();
        int count = set == null ? 1 : Math.min(PARITY_IMAGES, set.size());
        float[] batch = new float[count * length];
        Random noise = new Random(0);
        for (int i = 0; i < batch.length && set == null; i++) {
            batch[i] = noise.nextFloat();
        }
        for (int i = 0; i < count && set != null; i++) {
            float[] pixels = set.load((int) ((long) i * set.size() / count)).sampledInput();
            System.arraycopy(pixels, 0, batch, i * length, length);
        }
        try (DraemNetwork network = DraemNetwork.load(model.options(), model.weights())) {
            NetworkDetector detector = new NetworkDetector(network, draft.width(), draft.height());
            Parity parity = ParityCheck.check(graph, batch, detector.run(batch, count));
            if (!parity.within(ParityCheck.TOLERANCE)) {
                throw new ExportRefusedException(published, parity, ParityCheck.TOLERANCE);
            }
            return parity;
        }
    }

    /** On a processor ONNX Runtime widens activations, so that an overflow would show on GPUs alone. */
    private void requireFloat16(Path file, Path published) throws IOException, ExportRefusedException {
        EvaluationSet compared = images.compared();
        if (compared != null) {
            for (ActivationExtremes seen :
                    activations(compared, PARITY_IMAGES, file).values()) {
                if (seen.largest() > Float16Arithmetic.LARGEST / 2) {
                    throw new ExportRefusedException(published, ExportFormat.FP16);
                }
            }
        }
    }

    private Map<String, ActivationExtremes> activations(EvaluationSet set, int most, Path file) throws IOException {
        return Activations.observe(
                new NamedWeights(model.weights()),
                model.options(),
                draft.width(),
                draft.height(),
                set,
                most,
                file.resolveSibling(".observed.onnx"),
                threads);
    }

    private static void names(ObjectNode export, List<String> leftInFloat32) {
        leftInFloat32.forEach(export.putArray("leftInFloat32")::add);
    }

    private static OnnxGraph graph(ModelCheckpoint model, ModelCard card, Arithmetic arithmetic) {
        return DraemGraph.of(
                new NamedWeights(model.weights()), model.options(), card.width(), card.height(), arithmetic);
    }
}
