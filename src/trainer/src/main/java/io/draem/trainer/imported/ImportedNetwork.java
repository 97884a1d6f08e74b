package io.draem.trainer.imported;

import io.draem.tensor.Tensor;
import io.draem.trainer.imported.PickleValue.TensorView;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A whole DRÆM network as this project has it: RGB, image before reconstruction, anomalib's parameter names, float32.
 *
 * @param origin whose training it comes from
 * @param options as the tensors' shapes tell them
 * @param weights by parameter name, in the files' order; they fit the options
 * @param statistics what the checkpoint says of thresholds, where it does
 */
public record ImportedNetwork(
        Origin origin, NetworkOptions options, Map<String, Tensor> weights, Optional<Statistics> statistics) {

    private static final String RECONSTRUCTIVE = "reconstructive_subnetwork.";
    private static final String DISCRIMINATIVE = "discriminative_subnetwork.";
    private static final String POST_PROCESSOR = "post_processor.";

    /** Wrappers that put their name before a parameter's: Lightning's module, and PyTorch's for several devices. */
    private static final List<String> WRAPPERS = List.of("model.", "module.", "_orig_mod.");

    private static final Map<String, String> OFFICIAL = Map.of(
            "encoder.", RECONSTRUCTIVE,
            "decoder.", RECONSTRUCTIVE,
            "encoder_segment.", DISCRIMINATIVE,
            "decoder_segment.", DISCRIMINATIVE);

    /** A full-size network in float64. */
    private static final long MAX_BYTES = 2L << 30;

    /**
     * Reads a network out of an anomalib checkpoint, or out of the official repository's two files in any order; which
     * is which is told by their tensors.
     *
     * @throws ImportedFileException naming the file and what is wrong with it
     */
    public static ImportedNetwork read(List<Path> files) throws IOException {
        Reading reading = new Reading();
        for (Path file : files) {
            reading.add(file);
        }
        return reading.network(files);
    }

    private static final class Reading {

        private final Map<String, Tensor> weights = new LinkedHashMap<>();
        private final Map<String, Path> halves = new HashMap<>();
        private @Nullable Origin origin;
        private Optional<Statistics> statistics = Optional.empty();
        private long bytes;

        void add(Path path) throws IOException {
            try (TorchFile file = TorchFile.open(path)) {
                Map<String, TensorView> tensors = StateDict.of(file).tensors();
                List<String> found = new ArrayList<>();
                for (Map.Entry<String, TensorView> entry : tensors.entrySet()) {
                    String name = unwrapped(entry.getKey());
                    String half = half(path, name);
                    if (half != null) {
                        if (!found.contains(half)) {
                            found.add(half);
                        }
                        String full = name.startsWith(half) ? name : half + name;
                        weights.put(full, take(file, full, entry.getValue()));
                    }
                }
                if (found.isEmpty()) {
                    throw new ImportedFileException(
                            path, "none of its " + tensors.size() + " tensors belongs to a DRÆM network");
                }
                for (String half : found) {
                    Path other = halves.put(half, path);
                    if (other != null) {
                        throw new ImportedFileException(
                                path, "it holds the " + subNetwork(half) + ", as " + other + " does");
                    }
                }
                if (origin == Origin.ANOMALIB) {
                    statistics = statistics(file, tensors);
                }
            }
        }

        /** Returns the sub-network that a tensor belongs to; null if it is something else's. */
        private @Nullable String half(Path path, String name) throws ImportedFileException {
            if (name.startsWith(RECONSTRUCTIVE) || name.startsWith(DISCRIMINATIVE)) {
                require(path, Origin.ANOMALIB);
                return name.startsWith(RECONSTRUCTIVE) ? RECONSTRUCTIVE : DISCRIMINATIVE;
            }
            String half = OFFICIAL.get(name.substring(0, name.indexOf('.') + 1));
            if (half != null) {
                require(path, Origin.OFFICIAL);
            }
            return half;
        }

        private void require(Path path, Origin wanted) throws ImportedFileException {
            if (origin != null && origin != wanted) {
                throw new ImportedFileException(
                        path,
                        "its names are those of the " + wanted + " form, the ones before of the " + origin + " form");
            }
            origin = wanted;
        }

        private Tensor take(TorchFile file, String name, TensorView view) throws IOException {
            bytes += view.elements() * Float.BYTES;
            if (bytes > MAX_BYTES) {
                throw new ImportedFileException(file.file(), "its network takes more than " + MAX_BYTES + " bytes");
            }
            return Floats.of(file, name, file.tensor(name, view));
        }

        ImportedNetwork network(List<Path> files) throws ImportedFileException {
            Path last = files.get(files.size() - 1);
            for (String half : List.of(RECONSTRUCTIVE, DISCRIMINATIVE)) {
                if (!halves.containsKey(half)) {
                    throw new ImportedFileException(
                            last,
                            "the " + subNetwork(half) + " is missing: name the other file of the pair too"
                                    + " (NAME.pckl and NAME_seg.pckl)");
                }
            }
            Origin from = Objects.requireNonNull(origin);
            addBatchCounts();
            try {
                NetworkOptions options = new NetworkOptions(
                        width(RECONSTRUCTIVE + "encoder.block1.0.weight"),
                        width(DISCRIMINATIVE + "encoder_segment.block1.0.weight"),
                        weights.containsKey(RECONSTRUCTIVE + "encoder.block5.attention_module.fc1.weight"),
                        from.imageScore(),
                        0);
                if (from == Origin.OFFICIAL) {
                    ChannelOrder.fromOfficial(weights);
                }
                DraemNetwork.load(options, weights).close();
                return new ImportedNetwork(from, options, Collections.unmodifiableMap(weights), statistics);
            } catch (IllegalArgumentException e) {
                throw new ImportedFileException(last, "its tensors make no DRÆM network. " + e.getMessage());
            }
        }

        private int width(String name) {
            Tensor tensor = weights.get(name);
            if (tensor == null || tensor.shape().length != 4) {
                throw new IllegalArgumentException("There is no convolution '" + name + "'");
            }
            return Math.toIntExact(tensor.shape()[0]);
        }

        /** PyTorch has counted the batches of a batch norm since 0.4.1; nothing here depends on the count. */
        private void addBatchCounts() {
            for (String name : List.copyOf(weights.keySet())) {
                if (name.endsWith(".running_mean")) {
                    String count = name.substring(0, name.lastIndexOf('.')) + ".num_batches_tracked";
                    weights.putIfAbsent(count, Floats.zeroCount());
                }
            }
        }
    }

    private static String unwrapped(String name) {
        String unwrapped = name;
        for (int i = 0; i < WRAPPERS.size(); i++) { // at most once each, in any order
            for (String wrapper : WRAPPERS) {
                if (unwrapped.startsWith(wrapper)) {
                    unwrapped = unwrapped.substring(wrapper.length());
                }
            }
        }
        return unwrapped;
    }

    private static String subNetwork(String half) {
        return half.equals(RECONSTRUCTIVE) ? "reconstructive sub-network" : "discriminative sub-network";
    }

    /** Returns what anomalib's post-processor kept: all of it or nothing, since anomalib starts with NaN. */
    private static Optional<Statistics> statistics(TorchFile file, Map<String, TensorView> tensors) throws IOException {
        String[] names = {"_image_threshold", "_pixel_threshold", "image_min", "image_max", "pixel_min", "pixel_max"};
        double[] values = new double[names.length];
        for (int i = 0; i < names.length; i++) {
            TensorView view = tensors.get(POST_PROCESSOR + names[i]);
            if (view == null || view.elements() != 1) {
                return Optional.empty();
            }
            values[i] = Floats.scalar(file.tensor(names[i], view));
        }
        try {
            return Optional.of(new Statistics(values[0], values[1], values[2], values[3], values[4], values[5]));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
