package io.draem.trainer.evaluation;

import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOutput;
import io.draem.trainer.network.Scopes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The libtorch network as a detector; it must be in evaluation mode and in float32.
 *
 * @param network not closed by this record
 * @param width of its images
 * @param height of its images
 */
public record NetworkDetector(DraemNetwork network, int width, int height) implements AnomalyDetector {

    @Override
    public List<ModelOutput> detect(float[] images, int count) {
        NetworkOutputs outputs = run(images, count);
        List<ModelOutput> detections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            float[] map = Arrays.copyOfRange(outputs.maps(), i * width * height, (i + 1) * width * height);
            detections.add(new ModelOutput(outputs.scores()[i], new AnomalyMap(width, height, map), null));
        }
        return detections;
    }

    /** Returns all that the network gives for a batch, {@code [count, 3, height, width]}. */
    public NetworkOutputs run(float[] images, int count) {
        AtomicReference<NetworkOutputs> outputs = new AtomicReference<>();
        Scopes.withoutGradients(() -> {
            try (PointerScope scope = new PointerScope()) {
                NetworkOutput output = network.forward(Tensor.create(images, count, 3, height, width));
                outputs.set(NetworkOutputs.of(output, network.options()));
            }
        });
        return Objects.requireNonNull(outputs.get());
    }
}
