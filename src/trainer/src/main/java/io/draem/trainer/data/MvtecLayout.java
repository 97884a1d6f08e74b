package io.draem.trainer.data;

import io.draem.trainer.data.Dataset.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The layout of MVTec AD: normal images for training in {@code train/good}, others in {@code test/good} and {@code
 * test/<defect>}, and a mask {@code ground_truth/<defect>/<image>_mask.png} (or {@code <image>.png}, or any other image
 * format) for each anomalous one that has one. {@code validation} or {@code val} may lie beside {@code test} in the same form, with its
 * masks in a {@code ground_truth} of its own.
 *
 * @see <a href="https://doi.org/10.1109/CVPR.2019.00982">Bergmann et al., MVTec AD, 2019</a>
 */
final class MvtecLayout {

    static final String TRAIN = "train";
    private static final String TEST = "test";
    private static final List<String> VALIDATION = List.of("validation", "val");
    private static final String GROUND_TRUTH = "ground_truth";
    private static final String MASK_SUFFIX = "_mask";

    private final Path directory;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();

    private MvtecLayout(Path directory) {
        this.directory = directory;
    }

    static Dataset open(Path directory) throws IOException {
        return new MvtecLayout(directory).find();
    }

    private Dataset find() throws IOException {
        Path good = directory.resolve(TRAIN).resolve(LabelledImage.GOOD);
        if (!Files.isDirectory(good)) {
            throw new DatasetException("The data set " + directory
                    + " has no folder train/good with normal images and none directly in it"
                    + hintAtDataSetsBelow());
        }
        List<String> others = new ArrayList<>(foldersIn(directory.resolve(TRAIN)));
        others.remove(LabelledImage.GOOD);
        if (!others.isEmpty()) {
            throw new DatasetException("Training uses normal images alone: move " + String.join(", ", others) + " from "
                    + directory.resolve(TRAIN) + " to " + directory.resolve(TEST));
        }
        folders.add(good);
        List<LabelledImage> train = normals(directory, good);
        List<LabelledImage> test = labelled(directory.resolve(TEST), directory.resolve(GROUND_TRUTH));
        List<LabelledImage> validation = List.of();
        for (String name : VALIDATION) {
            if (Files.isDirectory(directory.resolve(name)) && validation.isEmpty()) {
                Path folder = directory.resolve(name);
                validation = labelled(folder, folder.resolve(GROUND_TRUTH));
            }
        }
        return new Dataset(directory, train, validation, test, problems, null, ImageFiles.othersIn(folders));
    }

    private List<LabelledImage> labelled(Path parent, Path groundTruth) throws IOException {
        List<LabelledImage> images = new ArrayList<>();
        if (!Files.isDirectory(parent)) {
            return images;
        }
        List<String> types = new ArrayList<>(foldersIn(parent));
        types.remove(GROUND_TRUTH);
        if (types.remove(LabelledImage.GOOD)) {
            folders.add(parent.resolve(LabelledImage.GOOD));
            images.addAll(normals(directory, parent.resolve(LabelledImage.GOOD)));
        }
        for (String defect : types) {
            Path folder = parent.resolve(defect);
            folders.add(folder);
            Map<String, Path> masks = masks(groundTruth.resolve(defect));
            for (Path file : ImageFiles.in(folder)) {
                Path mask = takeMask(masks, stem(file));
                images.add(new LabelledImage(file, LabelledImage.id(directory, file), defect, mask));
            }
            masks.values().forEach(mask -> problems.add(new Problem(mask, "is the mask of no image in " + folder)));
        }
        return images;
    }

    private Map<String, Path> masks(Path folder) throws IOException {
        Map<String, Path> masks = new TreeMap<>();
        if (Files.isDirectory(folder) && ImageFiles.isAnyIn(folder)) {
            folders.add(folder);
            for (Path file : ImageFiles.in(folder)) {
                Path other = masks.put(stem(file), file);
                if (other != null) {
                    problems.add(new Problem(other, "is a mask like " + file.getFileName() + ": keep one"));
                }
            }
        }
        return masks;
    }

    private static @Nullable Path takeMask(Map<String, Path> masks, String stem) {
        Path mask = masks.remove(stem + MASK_SUFFIX);
        return mask == null ? masks.remove(stem) : mask;
    }

    /** Returns the images of a folder of normal ones. */
    static List<LabelledImage> normals(Path root, Path folder) throws IOException {
        return ImageFiles.in(folder).stream()
                .map(file -> new LabelledImage(file, LabelledImage.id(root, file), LabelledImage.GOOD, null))
                .toList();
    }

    private String hintAtDataSetsBelow() throws IOException {
        List<String> below = foldersIn(directory).stream()
                .filter(name ->
                        Files.isDirectory(directory.resolve(name).resolve(TRAIN).resolve(LabelledImage.GOOD)))
                .toList();
        return below.isEmpty() ? "" : "; did you mean one of the data sets in it: " + String.join(", ", below) + "?";
    }

    private static List<String> foldersIn(Path parent) throws IOException {
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
