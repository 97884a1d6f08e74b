package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.imported.PickleValue.Truth;
import io.draem.trainer.network.InputNormalization;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a training prepared images as the network's input, as far as its checkpoint records it.
 *
 * @param size of the input; empty if the checkpoint does not say
 * @param normalization of the values; empty if the checkpoint does not say
 * @param notes other transforms of the training that this project does not apply, in sentences
 */
public record TrainingInput(Optional<Size> size, Optional<Normalization> normalization, List<String> notes) {

    /**
     * Height and width in pixels.
     *
     * @param source name of the setting in the checkpoint
     */
    public record Size(int height, int width, String source) {}

    /**
     * The normalization of values from 0 to 1.
     *
     * @param applied null for nothing
     * @param source name of the setting in the checkpoint
     */
    public record Normalization(@Nullable InputNormalization applied, String source) {}

    /** anomalib's size if the training set none. */
    private static final int DEFAULT_SIDE = 256;

    /** Returns what the official repository does: values from 0 to 1, any size. */
    static TrainingInput official() {
        return new TrainingInput(
                Optional.empty(), Optional.of(new Normalization(null, "the official repository")), List.of());
    }

    /**
     * Returns what an anomalib checkpoint says.
     *
     * <ul>
     *   <li>0.3 to 0.7 keep the configuration as {@code hyper_parameters}, with {@code dataset.normalization}, {@code
     *       image_size}, {@code center_crop} and {@code transform_config};
     *   <li>1.0 to 1.2 keep the transform itself under {@code transform}; that of DRÆM normalizes up to 1.1;
     *   <li>2.0 to 2.6 keep the pre-processor as a hyper-parameter, 2.7 as {@code anomalib_pre_processor_config}; their
     *       DRÆM refuses to train with a {@code Normalize}.
     * </ul>
     *
     * @param root the whole file
     * @param postProcessor whether the state dictionary has what only anomalib 2.0 and later write
     */
    static TrainingInput of(PickleValue root, boolean postProcessor) {
        TransformReader reader = new TransformReader();
        PickleValue parameters = Attributes.of(root, "hyper_parameters");
        PickleValue specified = Attributes.of(root, "anomalib_pre_processor_config", "transform");
        PickleValue transform = Attributes.of(root, "transform");
        PickleValue preProcessor = Attributes.of(parameters, "pre_processor");
        PickleValue kept = Attributes.of(preProcessor, "transform");
        PickleValue dataset = dataset(parameters);
        if (specified != null) {
            reader.transform(specified, "anomalib_pre_processor_config");
        } else if (transform != null) {
            reader.transform(transform, "transform");
        } else if (kept != null) {
            reader.transform(kept, "hyper_parameters.pre_processor");
        } else if (preProcessor instanceof Truth given && given.value()) {
            reader.size(new Size(DEFAULT_SIDE, DEFAULT_SIDE, "anomalib's default pre-processor"));
        } else if (dataset != null) {
            OldConfiguration.read(dataset, reader);
        }
        if (reader.lacksNormalization() && (postProcessor || preProcessor != null)) {
            reader.normalization(new Normalization(null, "anomalib 2, which does not normalize for DRÆM"));
        }
        return reader.input();
    }

    private static @Nullable PickleValue dataset(@Nullable PickleValue parameters) {
        for (String[] path :
                new String[][] {{"dataset"}, {"hparams", "dataset"}, {"params", "dataset"}, {"config", "dataset"}}) {
            PickleValue found = Attributes.of(parameters, path);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
