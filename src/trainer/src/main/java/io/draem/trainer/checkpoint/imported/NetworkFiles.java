package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.checkpoint.imported.PickleValue.TensorView;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The open files of one network and the tensors that belong to it. Values are read last, after every name and every shape
 * is known to be that of a DRÆM network.
 */
final class NetworkFiles implements AutoCloseable {

    private static final String POST_PROCESSOR = "post_processor.";
    private static final String BATCH_COUNT = ".num_batches_tracked";
    private static final String VARIANCE = ".running_var";

    private final List<TorchFile> files = new ArrayList<>();
    private final Map<String, Found> found = new LinkedHashMap<>();
    private final Map<String, TensorView> others = new HashMap<>();
    private final Map<String, Path> halves = new HashMap<>();
    private @Nullable Origin origin;

    private record Found(TorchFile file, TensorView view) {}

    private NetworkFiles() {}

    /**
     * Opens files in any order and identifies them by their tensors.
     *
     * @throws ImportedFileException if they do not make up one network
     */
    static NetworkFiles open(List<Path> paths) throws IOException {
        NetworkFiles network = new NetworkFiles();
        try {
            for (Path path : paths) {
                TorchFile file = TorchFile.open(path);
                network.files.add(file);
                network.add(file);
            }
            network.requireBothHalves();
            return network;
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    Origin origin() {
        return Objects.requireNonNull(origin);
    }

    /**
     * Returns the options that the shapes imply.
     *
     * @throws ImportedFileException if a name or a shape does not fit a network with these options
     */
    NetworkOptions options() throws ImportedFileException {
        NetworkOptions options = new NetworkOptions(
                width(TensorName.RECONSTRUCTIVE + "encoder.block1.0.weight"),
                width(TensorName.DISCRIMINATIVE + "encoder_segment.block1.0.weight"),
                found.containsKey(TensorName.RECONSTRUCTIVE + "encoder.block5.attention_module.fc1.weight"),
                origin().imageScore(),
                0);
        requireFit(options);
        return options;
    }

    private void requireFit(NetworkOptions options) throws ImportedFileException {
        Map<String, long[]> shapes = DraemNetwork.shapes(options);
        for (Map.Entry<String, Found> entry : found.entrySet()) {
            String name = entry.getKey();
            TensorView view = entry.getValue().view();
            long[] shape = shapes.remove(name);
            String problem = null;
            if (shape == null) {
                problem = "which no DRÆM network has";
            } else if (!view.hasShape(shape)) {
                problem = "which has the shape " + view.shape() + " where widths of " + options.baseWidth() + " and "
                        + options.discriminativeBaseWidth() + " require " + Arrays.toString(shape);
            } else if (Floats.isFloating(view.storage().type()) == name.endsWith(BATCH_COUNT)) {
                problem = "which is of type " + view.storage().type();
            }
            if (problem != null) {
                throw new ImportedFileException(
                        entry.getValue().file().file(), "it has the tensor " + SafeText.quoted(name) + ", " + problem);
            }
        }
        shapes.keySet().removeIf(name -> name.endsWith(BATCH_COUNT)); // written since PyTorch 0.4.1
        if (!shapes.isEmpty()) {
            throw new ImportedFileException(
                    last(),
                    "it lacks " + shapes.size() + " tensors of a DRÆM network, "
                            + SafeText.quoted(shapes.keySet().iterator().next()) + " among them");
        }
    }

    /** Reads the network's tensors, in the network's order, as float32 and whole numbers. */
    Map<String, Tensor> weights(NetworkOptions options) throws IOException {
        Map<String, Tensor> read = new HashMap<>();
        for (TorchFile file : files) {
            Map<String, TensorView> views = new LinkedHashMap<>();
            found.forEach((name, tensor) -> {
                if (tensor.file() == file) {
                    views.put(name, tensor.view());
                }
            });
            Map<String, Tensor> tensors = file.tensors(views);
            for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                tensor.setValue(Floats.of(file, tensor.getKey(), tensor.getValue()));
                if (tensor.getKey().endsWith(VARIANCE)) {
                    Floats.requireNotNegative(file, tensor.getKey(), tensor.getValue());
                }
            }
            read.putAll(tensors);
        }
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (String name : DraemNetwork.shapes(options).keySet()) {
            Tensor tensor = read.get(name);
            weights.put(name, tensor == null ? Floats.zeroCount() : tensor); // the count is not used
        }
        return weights;
    }

    /** Returns how the training prepared the network's input. */
    TrainingInput input() {
        return origin() == Origin.OFFICIAL
                ? TrainingInput.official()
                : TrainingInput.of(
                        files.get(0).root(),
                        others.keySet().stream().anyMatch(name -> name.startsWith(POST_PROCESSOR)));
    }

    /** Returns the thresholds that anomalib found on its validation images. */
    Optional<Statistics> statistics() throws IOException {
        if (origin != Origin.ANOMALIB || files.size() != 1) {
            return Optional.empty();
        }
        Map<String, TensorView> views = new LinkedHashMap<>();
        others.forEach((name, view) -> {
            if (Statistics.isPart(name) && view.elements() == 1) {
                views.put(name, view);
            }
        });
        Map<String, Double> values = new HashMap<>();
        files.get(0).tensors(views).forEach((name, tensor) -> values.put(name, Floats.scalar(tensor)));
        return Statistics.of(values, Statistics.Sensitivity.of(files.get(0).root()));
    }

    private void add(TorchFile file) throws ImportedFileException {
        StateDict dictionary = StateDict.of(file);
        for (String name : dictionary.unknown().keySet()) {
            if (TensorName.of(TensorName.unwrapped(name)) != null) {
                throw dictionary.refused(file, name);
            }
        }
        Map<String, TensorView> tensors = dictionary.tensors();
        Set<String> here = new HashSet<>();
        for (Map.Entry<String, TensorView> entry : tensors.entrySet()) {
            String unwrapped = TensorName.unwrapped(entry.getKey());
            TensorName name = TensorName.of(unwrapped);
            if (name == null) {
                others.put(unwrapped, entry.getValue());
                continue;
            }
            require(file, name.origin());
            Path other = halves.get(name.half());
            if (other != null) {
                throw new ImportedFileException(
                        file.file(), "it holds the " + TensorName.subNetwork(name.half()) + ", as " + other + " does");
            }
            here.add(name.half());
            if (found.put(name.full(), new Found(file, entry.getValue())) != null) {
                throw new ImportedFileException(
                        file.file(), "it has the tensor " + SafeText.quoted(name.full()) + " twice");
            }
        }
        if (here.isEmpty()) {
            throw new ImportedFileException(
                    file.file(), "none of its " + tensors.size() + " tensors belongs to a DRÆM network");
        }
        here.forEach(half -> halves.put(half, file.file()));
    }

    private void require(TorchFile file, Origin wanted) throws ImportedFileException {
        if (origin != null && origin != wanted) {
            throw new ImportedFileException(
                    file.file(),
                    "its names are those of the " + wanted + " form, the ones before of the " + origin + " form");
        }
        origin = wanted;
    }

    private void requireBothHalves() throws ImportedFileException {
        for (String half : List.of(TensorName.RECONSTRUCTIVE, TensorName.DISCRIMINATIVE)) {
            if (!halves.containsKey(half)) {
                throw new ImportedFileException(
                        last(),
                        "the " + TensorName.subNetwork(half) + " is missing: name the other file of the pair too"
                                + " (NAME.pckl and NAME_seg.pckl)");
            }
        }
    }

    private int width(String name) throws ImportedFileException {
        Found first = found.get(name);
        if (first == null) {
            throw new ImportedFileException(last(), "it lacks the convolution '" + name + "'");
        }
        List<Long> shape = first.view().shape();
        if (shape.size() != 4 || shape.get(0) < 1 || shape.get(0) > NetworkOptions.MAX_WIDTH) {
            throw new ImportedFileException(
                    first.file().file(),
                    "its first convolution '" + name + "' has the shape " + shape + "; 1 to " + NetworkOptions.MAX_WIDTH
                            + " filters of 3x3 are read");
        }
        return Math.toIntExact(shape.get(0));
    }

    private Path last() {
        return files.get(files.size() - 1).file();
    }

    @Override
    public void close() throws IOException {
        for (TorchFile file : files) {
            file.close();
        }
    }
}
