package io.draem.trainer.onnxexport;

import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.model.ModelContract;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.InputNormalization;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.training.Checkpoint;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A network that can be exported: a safetensors file with the tensors by anomalib's names and, as metadata, the keys that
 * the graph carries too ({@link ModelCard#toMetadata}).
 *
 * @param weights the network's tensors alone, whatever else the file holds
 * @param options widths and SSPCAB as the tensors show them, image score, smoothing and input normalization as the
 *     training's options name them
 * @param card what was found out about the model; null if the file does not say
 * @param training options of the training; empty if the file does not say
 */
public record ModelCheckpoint(
        Map<String, Tensor> weights,
        NetworkOptions options,
        @Nullable ModelCard card,
        ObjectNode training) {

    private static final String RECONSTRUCTIVE = "reconstructive_subnetwork.";
    private static final String DISCRIMINATIVE = "discriminative_subnetwork.";
    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * Reads a file.
     *
     * @throws NotACheckpointException if it does not hold all tensors of one network, finite and as float32 or float64,
     *     or its metadata are wrong
     */
    public static ModelCheckpoint read(Path file) throws IOException {
        Safetensors content = Safetensors.read(file);
        if (Checkpoint.isOne(content)) {
            throw new NotACheckpointException(
                    file,
                    "it is the state of an unfinished training. Finish that with train --resume, and name the"
                            + " checkpoint.safetensors of the version that it publishes");
        }
        Map<String, Tensor> weights = new LinkedHashMap<>();
        content.tensors().forEach((name, tensor) -> {
            if (name.startsWith(RECONSTRUCTIVE) || name.startsWith(DISCRIMINATIVE)) {
                weights.put(name, tensor);
            }
        });
        try {
            ObjectNode training = training(content.metadata());
            NetworkOptions options = new NetworkOptions(
                    width(weights, RECONSTRUCTIVE + "encoder.block1.0.weight", file),
                    width(weights, DISCRIMINATIVE + "encoder_segment.block1.0.weight", file),
                    weights.containsKey(RECONSTRUCTIVE + "encoder.block5.masked_conv1.weight"),
                    imageScore(training),
                    training.at("/network/mapSmoothing").asDouble(0),
                    inputNormalization(training),
                    training.at("/network/centered").asBoolean(false));
            requireFit(weights, options, file);
            boolean described = content.metadata().containsKey(ModelContract.METADATA_PREFIX + "threshold.image");
            ModelCard card = described ? ModelCard.fromMetadata(content.metadata()) : null;
            return new ModelCheckpoint(weights, options, card, training);
        } catch (ModelCardException | IllegalArgumentException | JacksonException e) {
            throw new NotACheckpointException(file, "its metadata are wrong: " + e.getMessage());
        }
    }

    /** Returns the file of a network with that card. */
    public static Safetensors file(Map<String, Tensor> weights, ModelCard card) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt"); // the tensors are laid out as PyTorch's: what other readers look for
        metadata.putAll(card.toMetadata());
        return new Safetensors(weights, metadata);
    }

    /** Returns the same network with its scores and maps given in another way. */
    public ModelCheckpoint giving(ImageScore imageScore, double mapSmoothing) {
        ObjectNode noted = training.deepCopy();
        noted.withObject("/network").put("imageScore", imageScore.toString()).put("mapSmoothing", mapSmoothing);
        return new ModelCheckpoint(weights, options.giving(imageScore, mapSmoothing), card, noted);
    }

    /** Returns the same network with other notes of its training. */
    public ModelCheckpoint noting(ObjectNode noted) {
        return new ModelCheckpoint(weights, options, card, noted);
    }

    private static ObjectNode training(Map<String, String> metadata) {
        String text = metadata.getOrDefault(ModelContract.METADATA_PREFIX + "training", "{}");
        return JSON.readTree(text) instanceof ObjectNode object ? object : JSON.createObjectNode();
    }

    private static ImageScore imageScore(ObjectNode training) {
        JsonNode named = training.at("/network/imageScore");
        for (ImageScore score : ImageScore.values()) {
            if (score.toString().equals(named.asString(""))) {
                return score;
            }
        }
        return ImageScore.MAXIMUM;
    }

    private static @Nullable InputNormalization inputNormalization(ObjectNode training) {
        JsonNode noted = training.at("/network/inputNormalization");
        return noted.isMissingNode() || noted.isNull() ? null : JSON.treeToValue(noted, InputNormalization.class);
    }

    private static void requireFit(Map<String, Tensor> weights, NetworkOptions options, Path file)
            throws NotACheckpointException {
        Map<String, long[]> shapes = DraemNetwork.shapes(options);
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            String name = entry.getKey();
            Tensor tensor = weights.get(name);
            if (tensor == null) {
                throw new NotACheckpointException(file, "it lacks the tensor '" + name + "'");
            }
            if (!Arrays.equals(tensor.shape(), entry.getValue())) {
                throw new NotACheckpointException(
                        file,
                        "its tensor '" + name + "' has the shape " + Arrays.toString(tensor.shape())
                                + " where its first convolutions ask for " + Arrays.toString(entry.getValue()));
            }
            if (!name.endsWith(".num_batches_tracked")) {
                requireNumbers(name, tensor, file);
            }
        }
        for (String name : weights.keySet()) {
            if (!shapes.containsKey(name)) {
                throw new NotACheckpointException(file, "it has the tensor '" + name + "' too");
            }
        }
    }

    private static void requireNumbers(String name, Tensor tensor, Path file) throws NotACheckpointException {
        if (tensor.type() != Tensor.Type.F32 && tensor.type() != Tensor.Type.F64) {
            throw new NotACheckpointException(
                    file, "its tensor '" + name + "' is of type " + tensor.type() + ", not F32 or F64");
        }
        boolean variance = name.endsWith(".running_var");
        FloatBuffer floats = tensor.data().asFloatBuffer();
        DoubleBuffer doubles = tensor.data().asDoubleBuffer();
        for (int i = 0; i < tensor.elements(); i++) {
            double value = tensor.type() == Tensor.Type.F32 ? floats.get(i) : doubles.get(i);
            if (!Double.isFinite(value) || (variance && value < 0)) {
                throw new NotACheckpointException(file, "its tensor '" + name + "' holds " + value);
            }
        }
    }

    private static int width(Map<String, Tensor> weights, String name, Path file) throws NotACheckpointException {
        Tensor first = weights.get(name);
        if (first == null || first.shape().length != 4) {
            throw new NotACheckpointException(file, "it lacks the convolution '" + name + "'");
        }
        return (int) Math.min(first.shape()[0], Integer.MAX_VALUE);
    }
}
