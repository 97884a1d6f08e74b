package io.draem.trainer.data;

import io.draem.text.Counted;
import io.draem.trainer.synthesis.RandomStreams;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The images of a data set for training, for calibration and for evaluation.
 *
 * @param train normal images to train on
 * @param heldOut normal training images that synthetic anomalies are put on to validate with; empty for other splits
 * @param validation labeled images to validate with; empty for {@link ValidationSplit#SYNTHETIC}
 * @param test labeled images that figures are reported for; may be empty
 * @param notes remarks for the user, in sentences
 */
public record DataSplit(
        List<LabelledImage> train,
        List<LabelledImage> heldOut,
        List<LabelledImage> validation,
        List<LabelledImage> test,
        List<String> notes) {

    /**
     * Splits a data set, the same way for the same seed.
     *
     * @param heldOutShare share of the normal training images to hold out for {@link ValidationSplit#SYNTHETIC}
     * @throws DatasetException if there are too few images for the split
     */
    public static DataSplit of(Dataset dataset, ValidationSplit split, double heldOutShare, long seed)
            throws DatasetException {
        return switch (split) {
            case AUTO ->
                hasBothKinds(dataset.validation())
                        ? new DataSplit(
                                dataset.train(),
                                List.of(),
                                dataset.validation(),
                                dataset.test(),
                                List.of("Thresholds come from the data's own "
                                        + Counted.of(dataset.validation().size(), "validation image")))
                        : synthetic(dataset, heldOutShare, seed);
            case SYNTHETIC -> synthetic(dataset, heldOutShare, seed);
            case SAME_AS_TEST -> {
                requireBothKinds(dataset, split);
                yield new DataSplit(
                        dataset.train(),
                        List.of(),
                        dataset.test(),
                        dataset.test(),
                        List.of(
                                "Thresholds come from the test images themselves (--validation same-as-test): the figures"
                                        + " flatter the model"));
            }
            case FROM_TEST -> {
                requireBothKinds(dataset, split);
                yield fromTest(dataset, seed);
            }
        };
    }

    private static DataSplit synthetic(Dataset dataset, double share, long seed) throws DatasetException {
        List<String> notes = new ArrayList<>();
        if (dataset.test().isEmpty()) {
            notes.add("No test images: there are no figures of real defects, and the threshold is a quantile of the"
                    + " scores of normal images");
        }
        List<LabelledImage> own = dataset.validation().stream()
                .filter(image -> !image.anomalous())
                .toList();
        if (!own.isEmpty()) {
            notes.add("The data's own " + Counted.of(own.size(), "normal validation image")
                    + Counted.verb(own.size(), " is", " are") + " held out");
            return new DataSplit(dataset.train(), own, List.of(), dataset.test(), notes);
        }
        List<LabelledImage> shuffled = shuffled(dataset.train(), RandomStreams.of(seed, "held-out"));
        int heldOut = Math.max(1, (int) Math.round(shuffled.size() * share));
        if (heldOut >= shuffled.size()) {
            throw new DatasetException("Of " + shuffled.size() + " normal images to train on " + heldOut
                    + " would be held out for validation: add images, or choose another --validation");
        }
        return new DataSplit(
                sorted(shuffled.subList(heldOut, shuffled.size())),
                sorted(shuffled.subList(0, heldOut)),
                List.of(),
                dataset.test(),
                notes);
    }

    private static DataSplit fromTest(Dataset dataset, long seed) throws DatasetException {
        Map<String, List<LabelledImage>> byDefect = dataset.test().stream()
                .collect(Collectors.groupingBy(LabelledImage::defect, TreeMap::new, Collectors.toList()));
        List<LabelledImage> validation = new ArrayList<>();
        List<LabelledImage> test = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        byDefect.forEach((defect, images) -> {
            List<LabelledImage> shuffled = shuffled(images, RandomStreams.of(seed, "from-test/" + defect));
            int half = shuffled.size() == 1 ? 0 : (shuffled.size() + 1) / 2; // a type with one image stays in the test
            List<LabelledImage> validating = validating(shuffled, half);
            validation.addAll(sorted(validating));
            test.addAll(sorted(shuffled.stream()
                    .filter(image -> !validating.contains(image))
                    .toList()));
            if (shuffled.size() == 1) {
                notes.add("The only test image of '" + defect + "' gives figures and does not validate");
            }
        });
        if (!hasBothKinds(validation)) {
            throw new DatasetException("--validation " + ValidationSplit.FROM_TEST
                    + " needs two normal images, and two of one defect type, in test/; use --validation synthetic");
        }
        return new DataSplit(dataset.train(), List.of(), List.copyOf(validation), List.copyOf(test), notes);
    }

    /** Returns the first of them, with half of the masks where some have one; an only mask stays with the test images. */
    private static List<LabelledImage> validating(List<LabelledImage> shuffled, int half) {
        List<LabelledImage> masked =
                shuffled.stream().filter(image -> image.mask() != null).toList();
        if (masked.isEmpty() || masked.size() == shuffled.size()) {
            return shuffled.subList(0, half);
        }
        int masks = masked.size() == 1 ? 0 : (masked.size() + 1) / 2;
        return Stream.concat(
                        masked.stream().limit(masks),
                        shuffled.stream().filter(image -> image.mask() == null).limit(half - masks))
                .toList();
    }

    private static void requireBothKinds(Dataset dataset, ValidationSplit split) throws DatasetException {
        if (!hasBothKinds(dataset.test())) {
            throw new DatasetException(
                    "--validation " + split + " needs normal and anomalous test images; use --validation synthetic");
        }
    }

    private static boolean hasBothKinds(List<LabelledImage> images) {
        return images.stream().anyMatch(LabelledImage::anomalous)
                && !images.stream().allMatch(LabelledImage::anomalous);
    }

    private static List<LabelledImage> shuffled(List<LabelledImage> images, RandomGenerator random) {
        List<LabelledImage> shuffled = new ArrayList<>(images);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            LabelledImage other = shuffled.get(i);
            int j = random.nextInt(i + 1);
            shuffled.set(i, shuffled.get(j));
            shuffled.set(j, other);
        }
        return shuffled;
    }

    private static List<LabelledImage> sorted(List<LabelledImage> images) {
        return images.stream()
                .sorted(Comparator.comparing(LabelledImage::file, FileTree.ORDER))
                .toList();
    }
}
