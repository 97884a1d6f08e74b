package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.network.InputNormalization;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A complete DRÆM network in the form of this project: RGB, image before reconstruction, anomalib's parameter names, float32.
 *
 * @param origin whose training it comes from
 * @param options derived from the shapes of the tensors
 * @param weights by parameter name, in the network's order; they fit the options
 * @param statistics what the checkpoint says of thresholds, where it does
 * @param input what the checkpoint says of the input, which is not in the options
 */
public record ImportedNetwork(
        Origin origin,
        NetworkOptions options,
        Map<String, Tensor> weights,
        Optional<Statistics> statistics,
        TrainingInput input) {

    /**
     * Reads a network out of an anomalib checkpoint, or out of the official repository's two files in any order; which
     * are identified by their tensors.
     *
     * @throws ImportedFileException naming the file and the problem
     */
    public static ImportedNetwork read(List<Path> paths) throws IOException {
        try (NetworkFiles files = NetworkFiles.open(paths)) {
            NetworkOptions options = files.options();
            Map<String, Tensor> weights = files.weights(options);
            if (files.origin() == Origin.OFFICIAL) {
                ChannelOrder.fromOfficial(weights);
            }
            return new ImportedNetwork(
                    files.origin(), options, Collections.unmodifiableMap(weights), files.statistics(), files.input());
        }
    }

    /** Returns the same network with that done to its input; null for nothing. */
    public ImportedNetwork normalizing(@Nullable InputNormalization normalization) {
        return new ImportedNetwork(origin, options.normalizing(normalization), weights, statistics, input);
    }
}
