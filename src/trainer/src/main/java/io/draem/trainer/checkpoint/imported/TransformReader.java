package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.TrainingInput.Normalization;
import io.draem.trainer.checkpoint.imported.TrainingInput.Size;
import io.draem.trainer.network.InputNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects a {@link TrainingInput} from the image transforms of a checkpoint. */
final class TransformReader {

    private static final int LARGEST_SIDE = 1 << 20;
    private static final int DEEPEST = 8;
    private static final double BYTE = 255;

    /** Transforms that change neither the geometry nor the colors of an image with values from 0 to 1. */
    static final Set<String> NEUTRAL = Set.of(
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

    /** Libraries in which only transforms called {@code Normalize} normalize. */
    private static final List<String> LIBRARIES = List.of("torchvision.", "albumentations.", "anomalib.");

    private static final Set<String> CONTAINERS = Set.of("Compose", "Sequential");

    private @Nullable Size size;
    private @Nullable Normalization normalization;
    private boolean unclear;
    private final List<String> notes = new ArrayList<>();

    /** Returns what was read. */
    TrainingInput input() {
        return new TrainingInput(Optional.ofNullable(size), Optional.ofNullable(normalization), List.copyOf(notes));
    }

    void size(Size given) {
        size = given;
    }

    void normalization(Normalization given) {
        normalization = given;
    }

    /** Returns whether neither a normalization was read nor something that may be one. */
    boolean lacksNormalization() {
        return normalization == null && !unclear;
    }

    /** Leaves open what the normalization is. */
    void unclear() {
        unclear = true;
    }

    void note(String sentence) {
        notes.add(sentence);
    }

    /** Reads a transform of torchvision or albumentations, or its description as plain data. */
    void transform(PickleValue transform, String source) {
        visit(transform, source, 0);
        if (lacksNormalization()) {
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
            // A transform of another library, or a container of another name, may normalize.
            unclear |= inner != null || LIBRARIES.stream().noneMatch(full::startsWith);
            notes.add("The training also applied " + SafeText.quoted(name) + " to its images (" + source
                    + "), which this import does not: apply it to the images first if it matters");
        }
    }

    private void resize(@Nullable PickleValue values, String source) {
        List<Double> sides = Attributes.numbers(Attributes.of(values, "size"));
        if (sides != null && sides.size() == 1) {
            notes.add("The training scaled the shorter side of its images to "
                    + sides.get(0).intValue() + " pixels (" + source
                    + "); here images are resized to one size, which --image-size sets");
        }
        size(sides != null && sides.size() == 2 ? sides : heightAndWidth(values), source);
    }

    static @Nullable List<Double> heightAndWidth(@Nullable PickleValue values) {
        List<Double> height = Attributes.numbers(Attributes.of(values, "height"));
        List<Double> width = Attributes.numbers(Attributes.of(values, "width"));
        return height == null || width == null ? null : List.of(height.get(0), width.get(0));
    }

    void size(@Nullable List<Double> sides, String source) {
        if (sides != null
                && sides.size() == 2
                && sides.stream().allMatch(side -> side >= 1 && side <= LARGEST_SIDE && side == Math.rint(side))) {
            size = new Size(sides.get(0).intValue(), sides.get(1).intValue(), source);
        }
    }

    void noteCrop(String source) {
        notes.add("The training cropped the center of its images after scaling them (" + source
                + "), so that it has not seen their margins; here the whole image is used: crop the images first, or"
                + " expect wrong results at the margins");
    }

    void normalize(@Nullable PickleValue values, String source) {
        List<Double> mean = Attributes.numbers(Attributes.of(values, "mean"));
        List<Double> std = Attributes.numbers(Attributes.of(values, "std"));
        List<Double> level = Attributes.numbers(Attributes.of(values, "max_pixel_value"));
        double scale = level == null ? 1 : level.get(0) / BYTE; // albumentations' numbers are relative to it
        try {
            if (mean == null || std == null || normalization != null) {
                throw new IllegalArgumentException("given twice, or not as numbers");
            }
            normalization =
                    new Normalization(new InputNormalization(threeTimes(mean, scale), threeTimes(std, scale)), source);
        } catch (IllegalArgumentException e) {
            unclear = true;
            normalization = null;
            notes.add("The training normalized its input in a way that this import does not support (" + source + ")");
        }
    }

    private static List<Double> threeTimes(List<Double> values, double scale) {
        List<Double> all = values.size() == 1 ? List.of(values.get(0), values.get(0), values.get(0)) : values;
        return all.stream().map(value -> value * scale).toList();
    }
}
