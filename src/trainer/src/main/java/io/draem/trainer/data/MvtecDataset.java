package io.draem.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A data set in the layout of MVTec AD: normal images for training in {@code train/good}, others in {@code test/good} and
 * {@code test/<defect>}, and a mask {@code ground_truth/<defect>/<image>_mask.png} (or {@code <image>.png}, or any other
 * image format) for each anomalous one. Without a folder {@code test} there are no test images.
 *
 * @param directory the folder of {@code train} and {@code test}
 * @param train normal images, sorted by file name
 * @param test normal images first, then the defect types in alphabetical order, each sorted by file name
 * @see <a href="https://doi.org/10.1109/CVPR.2019.00982">Bergmann et al., MVTec AD, 2019</a>
 */
public record MvtecDataset(Path directory, List<LabelledImage> train, List<LabelledImage> test) {

    private static final String TRAIN = "train";
    private static final String TEST = "test";
    private static final String GROUND_TRUTH = "ground_truth";
    private static final String MASK_SUFFIX = "_mask";
    private static final int NAMED_IMAGES = 10;

    public MvtecDataset {
        train = List.copyOf(train);
        test = List.copyOf(test);
    }

    /**
     * Finds the images; none is read yet.
     *
     * @throws DatasetException if the layout is another, {@code train/good} holds no image, or an anomalous image has no
     *     mask
     */
    public static MvtecDataset open(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new DatasetException("There is no folder " + directory);
        }
        Path good = directory.resolve(TRAIN).resolve(LabelledImage.GOOD);
        if (!Files.isDirectory(good)) {
            throw new DatasetException("The data set " + directory + " has no folder train/good with normal images"
                    + hintAtDataSetsBelow(directory));
        }
        List<String> others = new ArrayList<>(folders(directory.resolve(TRAIN)));
        others.remove(LabelledImage.GOOD);
        if (!others.isEmpty()) {
            throw new DatasetException("Training uses normal images alone: move " + String.join(", ", others) + " from "
                    + directory.resolve(TRAIN) + " to " + directory.resolve(TEST));
        }
        List<LabelledImage> train = normals(good);
        List<LabelledImage> test = new ArrayList<>();
        List<Path> withoutMask = new ArrayList<>();
        if (Files.isDirectory(directory.resolve(TEST))) {
            List<String> types = new ArrayList<>(folders(directory.resolve(TEST)));
            if (types.remove(LabelledImage.GOOD)) {
                test.addAll(normals(directory.resolve(TEST).resolve(LabelledImage.GOOD)));
            }
            for (String defect : types) {
                Map<String, Path> masks = masks(directory.resolve(GROUND_TRUTH).resolve(defect));
                for (Path file : ImageFiles.in(directory.resolve(TEST).resolve(defect))) {
                    Path mask = masks.get(stem(file) + MASK_SUFFIX);
                    mask = mask == null ? masks.get(stem(file)) : mask;
                    if (mask == null) {
                        withoutMask.add(directory.relativize(file));
                    } else {
                        test.add(new LabelledImage(file, defect, mask));
                    }
                }
            }
        }
        if (!withoutMask.isEmpty()) {
            throw new DatasetException(withoutMask.size() + " anomalous images in " + directory
                    + " have no mask; put one for each at ground_truth/<defect>/<image>_mask.png: "
                    + withoutMask.stream()
                            .limit(NAMED_IMAGES)
                            .map(Path::toString)
                            .collect(Collectors.joining(", "))
                    + (withoutMask.size() > NAMED_IMAGES ? ", …" : ""));
        }
        return new MvtecDataset(directory, train, test);
    }

    /** Returns the defect types of the test images, without the normal ones, in alphabetical order. */
    public List<String> defects() {
        return test.stream()
                .filter(LabelledImage::anomalous)
                .map(LabelledImage::defect)
                .distinct()
                .toList();
    }

    /** Returns every file: training images, test images, masks. */
    public List<Path> files() {
        return Stream.concat(train.stream(), test.stream())
                .flatMap(image -> Stream.of(image.file(), image.mask()))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns the {@link DataDigest} of all {@link #files()}, which it reads. */
    public String digest() throws IOException {
        return DataDigest.of(directory, files());
    }

    private static List<LabelledImage> normals(Path folder) throws IOException {
        return ImageFiles.in(folder).stream()
                .map(file -> new LabelledImage(file, LabelledImage.GOOD, null))
                .toList();
    }

    private static Map<String, Path> masks(Path folder) throws IOException {
        Map<String, Path> masks = new HashMap<>();
        if (Files.isDirectory(folder)) {
            for (Path file : ImageFiles.in(folder)) {
                masks.put(stem(file), file);
            }
        }
        return masks;
    }

    private static String hintAtDataSetsBelow(Path directory) throws IOException {
        List<String> below = folders(directory).stream()
                .filter(name ->
                        Files.isDirectory(directory.resolve(name).resolve(TRAIN).resolve(LabelledImage.GOOD)))
                .toList();
        return below.isEmpty() ? "" : "; did you mean one of the data sets in it: " + String.join(", ", below) + "?";
    }

    private static List<String> folders(Path parent) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }
}
