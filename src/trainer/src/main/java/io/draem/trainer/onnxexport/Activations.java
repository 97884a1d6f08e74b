package io.draem.trainer.onnxexport;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.model.ModelContract;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Shows what activations there are by running the float32 graph with all of them as outputs. */
final class Activations {

    private static final int COLOURS = 3;

    private Activations() {}

    /**
     * Runs the network on an input of each image, one at a time: the activations of one at full size are half a gigabyte.
     *
     * @param most how many images at most; they are taken evenly from the set
     * @param scratch a file to write the graph to; deleted before this returns
     * @return the extremes of each activation, by its name in the graph
     */
    static Map<String, ActivationExtremes> observe(
            NamedWeights weights,
            NetworkOptions options,
            int width,
            int height,
            EvaluationSet images,
            int most,
            Path scratch,
            int threads)
            throws IOException {
        ObservingArithmetic arithmetic = new ObservingArithmetic();
        try {
            DraemGraph.of(weights, options, width, height, arithmetic)
                    .write(scratch, new OnnxGraph.Producer("draem-trainer", ""), Map.of());
            return observe(scratch, arithmetic.observed(), width, height, images, most, threads);
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime did not run the graph with its activations: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(scratch);
        }
    }

    private static Map<String, ActivationExtremes> observe(
            Path graph, Set<String> names, int width, int height, EvaluationSet images, int most, int threads)
            throws IOException, OrtException {
        Map<String, ActivationExtremes> extremes = new LinkedHashMap<>();
        names.forEach(name -> extremes.put(name, new ActivationExtremes()));
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[] shape = {1, COLOURS, height, width};
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            try (OrtSession session = environment.createSession(graph.toString(), options)) {
                int count = Math.min(most, images.size());
                for (int i = 0; i < count; i++) {
                    float[] pixels = images.load((int) ((long) i * images.size() / count))
                            .sampledInput();
                    try (OnnxTensor image = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape);
                            OrtSession.Result result = session.run(Map.of(ModelContract.INPUT, image), names)) {
                        extremes.forEach((name, seen) ->
                                seen.accept(((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer()));
                    }
                }
            }
        }
        return extremes;
    }
}
