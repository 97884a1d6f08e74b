package io.draem.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a graph while no session of it is open.
 *
 * @param card metadata of the graph
 * @param scoresNormalized whether the graph returns normalized scores and maps; raw values are not available then
 * @param reconstructs whether the graph has an output for the reconstruction
 * @param mapWidth width of the maps, which differs from that of the input if the graph resizes
 * @param mapHeight height of the maps
 * @param maxBatchSize largest batch of one run
 * @param devices the device of each concurrent run
 * @param fallback why the graph runs on the CPU instead of a GPU; null if it runs where the options say
 */
public record GraphDescription(
        ModelCard card,
        boolean scoresNormalized,
        boolean reconstructs,
        int mapWidth,
        int mapHeight,
        int maxBatchSize,
        List<Device> devices,
        @Nullable String fallback) {

    public GraphDescription {
        devices = List.copyOf(devices);
    }

    /**
     * Describes an opened graph.
     *
     * @param models one per concurrent run, as {@link ModelOpener#open} returns them
     */
    public static GraphDescription of(List<OnnxModel> models) {
        OnnxModel model = models.get(0);
        return new GraphDescription(
                model.card(),
                model.scoresNormalized(),
                model.reconstructs(),
                model.mapWidth(),
                model.mapHeight(),
                model.maxBatchSize(),
                models.stream().map(OnnxModel::device).toList(),
                model.fallback());
    }

    /**
     * Describes a graph that no session is kept of. It is run only if it does not state the size of its maps.
     *
     * @param maxBatchSize largest batch of one run, unless the graph takes one size only
     * @param placements where the graph is to run
     * @throws GraphRefusedException if the graph does not keep the contract, or has changed since it was read
     */
    static GraphDescription of(GraphFile file, OrtEnvironment environment, int maxBatchSize, List<Placement> placements)
            throws GraphRefusedException, RunFailedException, OrtException {
        try (OrtSession.SessionOptions options = SessionSettings.ofDescription();
                OrtSession session = file.createSession(environment, options)) {
            GraphContract.Signature signature = GraphContract.check(session);
            TensorInfo map =
                    (TensorInfo) Objects.requireNonNull(session.getOutputInfo().get(ModelContract.ANOMALY_MAP))
                            .getInfo();
            int width = (int) map.getShape()[map.getShape().length - 1];
            int height = (int) map.getShape()[map.getShape().length - 2];
            if (width < 1 || height < 1) {
                OnnxModel model = OnnxModel.runnerOf(environment, session, signature, signature.maxBatchSize(1));
                try (model) {
                    model.run(WarmUpImage.batch(signature.card(), model.maxBatchSize()), new Termination());
                } catch (IllegalStateException | IllegalArgumentException e) {
                    throw new GraphRefusedException("Its first run returns no usable result. " + e.getMessage());
                }
                width = model.mapWidth();
                height = model.mapHeight();
            }
            return new GraphDescription(
                    signature.card(),
                    signature.scoresNormalized(),
                    signature.reconstructs(),
                    width,
                    height,
                    signature.maxBatchSize(maxBatchSize),
                    placements.stream()
                            .map(Placement::device)
                            .flatMap(device -> Collections.nCopies(device.concurrentRuns(), device).stream())
                            .toList(),
                    placements.get(0).fallback());
        }
    }

    /** Returns the provider that runs the graph. */
    public ExecutionProvider provider() {
        return devices.get(0).provider();
    }
}
