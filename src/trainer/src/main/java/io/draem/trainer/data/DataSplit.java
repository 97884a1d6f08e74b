package io.draem.trainer.data;

import io.draem.trainer.synthesis.RandomStreams;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Which images of a data set train, which calibrate, and which are judged by.
 *
 * @param train normal images to train on
 * @param heldOut normal training images that synthetic anomalies are put on to validate with; empty for other splits
 * @param validation labelled test images to validate with; empty for {@link ValidationSplit#SYNTHETIC}
 * @param test labelled images that figures are reported for; may be empty
 */
public record DataSplit(
        List<LabelledImage> train,
        List<LabelledImage> heldOut,
        List<LabelledImage> validation,
        List<LabelledImage> test) {

    /**
     * Splits a data set, the same way for the same seed.
     *
     * @param heldOutShare share of the normal training images to hold out for {@link ValidationSplit#SYNTHETIC}
     * @throws DatasetException if there are too few images for the split
     */
    public static DataSplit of(MvtecDataset dataset, ValidationSplit split, double heldOutShare, long seed)
            throws DatasetException {
        if (split == ValidationSplit.SYNTHETIC) {
            List<LabelledImage> shuffled = shuffled(dataset.train(), RandomStreams.of(seed, "held-out"));
            int heldOut = Math.max(1, (int) Math.round(shuffled.size() * heldOutShare));
            if (heldOut >= shuffled.size()) {
                throw new DatasetException("Of " + shuffled.size() + " images in train/good " + heldOut
                        + " would be held out for validation: add images, or choose another --validation");
            }
            return new DataSplit(
                    sorted(shuffled.subList(heldOut, shuffled.size())),
                    sorted(shuffled.subList(0, heldOut)),
                    List.of(),
                    dataset.test());
        }
        if (dataset.test().stream().noneMatch(LabelledImage::anomalous)
                || dataset.test().stream().allMatch(LabelledImage::anomalous)) {
            throw new DatasetException("--validation " + split
                    + " needs normal and anomalous images in test/; use --validation synthetic");
        }
        if (split == ValidationSplit.SAME_AS_TEST) {
            return new DataSplit(dataset.train(), List.of(), dataset.test(), dataset.test());
        }
        Map<String, List<LabelledImage>> byDefect = dataset.test().stream()
                .collect(Collectors.groupingBy(LabelledImage::defect, TreeMap::new, Collectors.toList()));
        List<LabelledImage> validation = new ArrayList<>();
        List<LabelledImage> test = new ArrayList<>();
        byDefect.forEach((defect, images) -> {
            List<LabelledImage> shuffled = shuffled(images, RandomStreams.of(seed, "from-test/" + defect));
            int half = shuffled.size() == 1 ? 0 : (shuffled.size() + 1) / 2; // a type of one image stays judged by
            validation.addAll(sorted(shuffled.subList(0, half)));
            test.addAll(sorted(shuffled.subList(half, shuffled.size())));
        });
        if (validation.stream().allMatch(LabelledImage::anomalous)
                || validation.stream().noneMatch(LabelledImage::anomalous)) {
            throw new DatasetException("--validation " + split
                    + " needs two normal images, and two of one defect type, in test/; use --validation synthetic");
        }
        return new DataSplit(dataset.train(), List.of(), List.copyOf(validation), List.copyOf(test));
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
        return images.stream().sorted(Comparator.comparing(LabelledImage::file)).toList();
    }
}
