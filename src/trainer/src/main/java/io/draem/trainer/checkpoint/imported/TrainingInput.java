package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import io.draem.trainer.checkpoint.imported.PickleValue.Truth;
import io.draem.trainer.network.InputNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint says of how images became the network's input.
 *
 * @param size of the input; empty if the checkpoint does not say
 * @param normalization what was done to the values; empty if the checkpoint does not say
 * @param notes what else was done to images and is not done here, in sentences
 */
public record TrainingInput(Optional<Size> size, Optional<Normalization> normalization, List<String> notes) {

    /**
     * Height and width in pixels.
     *
     * @param source where the checkpoint says so
     */
    public record Size(int height, int width, String source) {}

    /**
     * What was done to values from 0 to 1.
     *
     * @param applied null for nothing
     * @param source where the checkpoint says so
     */
    public record Normalization(@Nullable InputNormalization applied, String source) {}

    /** anomalib's size where none is given to {@code Draem}. */
    private static final int DEFAULT_SIDE = 256;

    private static final int LARGEST_SIDE = 1 << 20;
    private static final int DEEPEST = 8;
    private static final double BYTE = 255;

    /** Transforms that change neither geometry nor colour of an image from 0 to 1. */
    private static final Set<String> NEUTRAL = Set.of(
            "ConvertImageDtype",
            "Identity",
            "ToDtype",
            "ToFloat",
            "ToImage",
            "ToImageTensor",
            "ToPureTensor",
            "ToTensor",
            "ToTensorV2",
            "SanitizeBoundingBoxes");

    /** Libraries whose transforms do not normalize unless they are called so. */
    private static final List<String> LIBRARIES = List.of("torchvision.", "albumentations.", "anomalib.");

    private static final Set<String> CONTAINERS = Set.of("Compose", "Sequential");

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
        Builder builder = new Builder();
        PickleValue parameters = Attributes.of(root, "hyper_parameters");
        PickleValue specified = Attributes.of(root, "anomalib_pre_processor_config", "transform");
        PickleValue transform = Attributes.of(root, "transform");
        PickleValue preProcessor = Attributes.of(parameters, "pre_processor");
        PickleValue kept = Attributes.of(preProcessor, "transform");
        PickleValue dataset = dataset(parameters);
        if (specified != null) {
            builder.transform(specified, "anomalib_pre_processor_config");
        } else if (transform != null) {
            builder.transform(transform, "transform");
        } else if (kept != null) {
            builder.transform(kept, "hyper_parameters.pre_processor");
        } else if (preProcessor instanceof Truth given && given.value()) {
            builder.size = new Size(DEFAULT_SIDE, DEFAULT_SIDE, "anomalib's default pre-processor");
        } else if (dataset != null) {
            builder.dataset(dataset);
        }
        if (builder.normalization == null && !builder.unclear && (postProcessor || preProcessor != null)) {
            builder.normalization = new Normalization(null, "anomalib 2, which does not normalize for DRÆM");
        }
        return new TrainingInput(
                Optional.ofNullable(builder.size),
                Optional.ofNullable(builder.normalization),
                List.copyOf(builder.notes));
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

    /** Gathers what is said. */
    private static final class Builder {

        private @Nullable Size size;
        private @Nullable Normalization normalization;
        private boolean unclear;
        private final List<String> notes = new ArrayList<>();

        /** Reads a transform of torchvision or albumentations, or what stands for one in plain data. */
        void transform(PickleValue transform, String source) {
            visit(transform, source, 0);
            if (normalization == null && !unclear) {
                normalization = new Normalization(null, source);
            }
        }

        private void visit(PickleValue transform, String source, int depth) {
            String path = Attributes.text(Attributes.of(transform, "class_path"));
            PickleValue values = path == null ? transform : Attributes.of(transform, "init_args");
            String name = path != null ? path : transform instanceof Opaque opaque ? opaque.origin() : "";
            String full = name;
            name = name.substring(name.lastIndexOf('.') + 1);
            List<PickleValue> inner = Attributes.items(Attributes.of(values, "transforms"));
            if (CONTAINERS.contains(name) && inner != null && depth < DEEPEST) {
                for (PickleValue each : inner) {
                    visit(each, source, depth + 1);
                }
            } else if (name.equals("Resize")) {
                resize(values, source);
            } else if (name.equals("Normalize")) {
                normalize(values, source);
            } else if (name.endsWith("CenterCrop")) { // anomalib has one that can be exported
                noteCrop(source);
            } else if (!NEUTRAL.contains(name)) {
                // What is not from a known library, or holds more than was read, may normalize.
                unclear |= inner != null || LIBRARIES.stream().noneMatch(full::startsWith);
                notes.add("The training also applied " + SafeText.quoted(name) + " to its images (" + source
                        + "), which is not done here: apply it to the images first where it matters");
            }
        }

        private void resize(@Nullable PickleValue values, String source) {
            List<Double> sides = Attributes.numbers(Attributes.of(values, "size"));
            if (sides != null && sides.size() == 1) {
                notes.add("The training scaled the shorter side of its images to "
                        + sides.get(0).intValue() + " pixels (" + source
                        + "); here an image is squeezed into one size, which --image-size gives");
            }
            size(sides != null && sides.size() == 2 ? sides : heightAndWidth(values), source);
        }

        private static @Nullable List<Double> heightAndWidth(@Nullable PickleValue values) {
            List<Double> height = Attributes.numbers(Attributes.of(values, "height"));
            List<Double> width = Attributes.numbers(Attributes.of(values, "width"));
            return height == null || width == null ? null : List.of(height.get(0), width.get(0));
        }

        private void size(@Nullable List<Double> sides, String source) {
            if (sides != null
                    && sides.size() == 2
                    && sides.stream().allMatch(side -> side >= 1 && side <= LARGEST_SIDE && side == Math.rint(side))) {
                size = new Size(sides.get(0).intValue(), sides.get(1).intValue(), source);
            }
        }

        private void noteCrop(String source) {
            notes.add("The training cut the middle out of its images after scaling them (" + source
                    + "), so that it never saw their margins; here the whole image is used: cut images first, or"
                    + " expect wrong results at the margins");
        }

        private void normalize(@Nullable PickleValue values, String source) {
            List<Double> mean = Attributes.numbers(Attributes.of(values, "mean"));
            List<Double> std = Attributes.numbers(Attributes.of(values, "std"));
            List<Double> level = Attributes.numbers(Attributes.of(values, "max_pixel_value"));
            double scale = level == null ? 1 : level.get(0) / BYTE; // albumentations' is of the level of its bytes
            try {
                if (mean == null || std == null || normalization != null) {
                    throw new IllegalArgumentException("not said once, in numbers");
                }
                normalization = new Normalization(
                        new InputNormalization(threeTimes(mean, scale), threeTimes(std, scale)), source);
            } catch (IllegalArgumentException e) {
                unclear = true;
                normalization = null;
                notes.add("The training normalized its input in a way that is not read here (" + source + ")");
            }
        }

        private static List<Double> threeTimes(List<Double> values, double scale) {
            List<Double> all = values.size() == 1 ? List.of(values.get(0), values.get(0), values.get(0)) : values;
            return all.stream().map(value -> value * scale).toList();
        }

        /** Reads the configuration of anomalib 0.3 to 0.7. */
        void dataset(PickleValue dataset) {
            List<Double> sides = Attributes.numbers(Attributes.of(dataset, "image_size"));
            String source = "hyper_parameters.dataset.image_size";
            size(sides != null && sides.size() == 1 ? List.of(sides.get(0), sides.get(0)) : sides, source);
            if (Attributes.of(dataset, "center_crop") != null) {
                noteCrop("hyper_parameters.dataset.center_crop");
            }
            notes.add("anomalib before 1.0 resized images without antialiasing, and here they are resized with it:"
                    + " scores of images that are larger than the input may differ; check the thresholds on labelled"
                    + " images (--data)");
            PickleValue transform = Attributes.of(dataset, "transform_config", "train");
            String said = Attributes.text(Attributes.of(dataset, "normalization"));
            if (transform instanceof Text file) {
                unclear = true;
                notes.add("The training took its transforms from the file " + SafeText.quoted(file.value())
                        + ", which is not in the checkpoint: see whether it has a Normalize (anomalib 0.3's own"
                        + " draem/transform_config.yaml has none)");
            } else if (transform != null) {
                configured(transform);
            } else if (said == null && Attributes.of(dataset, "normalization") == null) {
                normalization = new Normalization(
                        InputNormalization.IMAGENET, "hyper_parameters.dataset, without a transform_config");
            } else {
                named(said == null ? "" : said.toLowerCase(Locale.ROOT));
            }
        }

        private void named(String said) {
            String source = "hyper_parameters.dataset.normalization";
            switch (said) {
                case "imagenet" -> normalization = new Normalization(InputNormalization.IMAGENET, source);
                case "none" -> normalization = new Normalization(null, source);
                default -> unclear = true;
            }
        }

        /** Reads transforms by name, each with its options: without {@code ToFloat} values would go up to 255. */
        private void configured(PickleValue transform) {
            String source = "hyper_parameters.dataset.transform_config";
            Map<String, PickleValue> named = Attributes.entries(transform);
            if (named == null) {
                unclear = true;
                return;
            }
            named.forEach((name, values) -> {
                switch (name) {
                    case "Resize" -> size(heightAndWidth(values), source);
                    case "CenterCrop" -> noteCrop(source);
                    case "Normalize" -> normalizeOrImageNet(values, source);
                    default -> {
                        if (!NEUTRAL.contains(name)) {
                            notes.add("The training also applied " + SafeText.quoted(name) + " to its images (" + source
                                    + "), which is not done here");
                        }
                    }
                }
            });
            if (named.containsKey("ToFloat") && normalization == null && !unclear) {
                normalization = new Normalization(null, source);
            }
            unclear |= normalization == null;
        }

        /** albumentations' {@code Normalize} has ImageNet's numbers and the level 255 where none are given. */
        private void normalizeOrImageNet(PickleValue values, String source) {
            if (Attributes.of(values, "mean") == null && Attributes.of(values, "std") == null) {
                normalization = new Normalization(InputNormalization.IMAGENET, source);
            } else {
                normalize(values, source);
            }
        }
    }
}
