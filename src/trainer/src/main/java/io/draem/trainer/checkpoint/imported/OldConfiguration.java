package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import io.draem.trainer.checkpoint.imported.TrainingInput.Normalization;
import io.draem.trainer.network.InputNormalization;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The configuration of the data set that checkpoints of anomalib 0.3 to 0.7 hold as hyper-parameters. */
final class OldConfiguration {

    private OldConfiguration() {}

    /** Reads {@code dataset} of the configuration. */
    static void read(PickleValue dataset, TransformReader to) {
        List<Double> sides = Attributes.numbers(Attributes.of(dataset, "image_size"));
        String source = "hyper_parameters.dataset.image_size";
        to.size(sides != null && sides.size() == 1 ? List.of(sides.get(0), sides.get(0)) : sides, source);
        if (Attributes.of(dataset, "center_crop") != null) {
            to.noteCrop("hyper_parameters.dataset.center_crop");
        }
        to.note("anomalib before 1.0 resized images without antialiasing, while this project applies it:"
                + " scores of images that are larger than the input may differ; check the thresholds on labeled"
                + " images (--data)");
        PickleValue transform = Attributes.of(dataset, "transform_config", "train");
        String said = Attributes.text(Attributes.of(dataset, "normalization"));
        if (transform instanceof Text file) {
            to.unclear();
            to.note("The training took its transforms from the file " + SafeText.quoted(file.value())
                    + ", which is not in the checkpoint: check whether it has a Normalize (anomalib 0.3's own"
                    + " draem/transform_config.yaml has none)");
        } else if (transform != null) {
            configured(transform, to);
        } else if (said == null && Attributes.of(dataset, "normalization") == null) {
            to.normalization(new Normalization(
                    InputNormalization.IMAGENET, "hyper_parameters.dataset, without a transform_config"));
        } else {
            named(said == null ? "" : said.toLowerCase(Locale.ROOT), to);
        }
    }

    private static void named(String said, TransformReader to) {
        String source = "hyper_parameters.dataset.normalization";
        switch (said) {
            case "imagenet" -> to.normalization(new Normalization(InputNormalization.IMAGENET, source));
            case "none" -> to.normalization(new Normalization(null, source));
            default -> to.unclear();
        }
    }

    /** Reads transforms with their options by name. Without {@code ToFloat} values range up to 255. */
    private static void configured(PickleValue transform, TransformReader to) {
        String source = "hyper_parameters.dataset.transform_config";
        Map<String, PickleValue> named = Attributes.entries(transform);
        if (named == null) {
            to.unclear();
            return;
        }
        named.forEach((name, values) -> {
            switch (name) {
                case "Resize" -> to.size(TransformReader.heightAndWidth(values), source);
                case "CenterCrop" -> to.noteCrop(source);
                case "Normalize" -> normalizeOrImageNet(values, source, to);
                default -> {
                    if (!TransformReader.NEUTRAL.contains(name)) {
                        to.note("The training also applied " + SafeText.quoted(name) + " to its images (" + source
                                + "), which this import does not");
                    }
                }
            }
        });
        if (named.containsKey("ToFloat") && to.lacksNormalization()) {
            to.normalization(new Normalization(null, source));
        }
        if (to.lacksNormalization()) {
            to.unclear();
        }
    }

    /** The defaults of albumentations' {@code Normalize} are ImageNet's numbers and the level 255. */
    private static void normalizeOrImageNet(PickleValue values, String source, TransformReader to) {
        if (Attributes.of(values, "mean") == null && Attributes.of(values, "std") == null) {
            to.normalization(new Normalization(InputNormalization.IMAGENET, source));
        } else {
            to.normalize(values, source);
        }
    }
}
