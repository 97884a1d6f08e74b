package io.draem.trainer.data;

import io.draem.image.ImageFormat;
import io.draem.text.FileNameEncoding;
import io.draem.trainer.data.Dataset.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The layout of MVTec AD: normal images for training in {@code train/good}, others in {@code test/good} and {@code
 * test/<defect>}, and a mask {@code ground_truth/<defect>/<image>_mask.png} (or {@code <image>.png}, or any other image
 * format) for each anomalous one that has one. {@code validation} or {@code val} may be next to {@code test} in the same form, with its
 * masks in its own {@code ground_truth}. Each of these folders may have folders of its own, at any depth: the defect
 * is the first one below {@code test}, and a mask is in the same folder below {@code ground_truth/<defect>} or directly in
 * it. {@code good} may be called {@code normal}, {@code ok} or {@code 0}, and upper and lower case are the same.
 *
 * <p>A folder without any of these that has images directly in it is a folder of good images, including those in its subfolders.
 *
 * @see <a href="https://doi.org/10.1109/CVPR.2019.00982">Bergmann et al., MVTec AD, 2019</a>
 */
final class MvtecLayout {

    private static final String TRAIN = "train";
    private static final String TEST = "test";
    private static final List<String> VALIDATION = List.of("validation", "val");
    private static final String GROUND_TRUTH = "ground_truth";

    /** Names of folders that a folder of good images does not have: their images would be trained on. */
    private static final Set<String> OF_A_LAYOUT = Set.of(
            TRAIN,
            TEST,
            "validation",
            "val",
            GROUND_TRUTH,
            "good",
            "normal",
            "ok",
            "bad",
            "ng",
            "nok",
            "defect",
            "defects",
            "defective",
            "anomaly",
            "anomalous",
            "abnormal");

    private static final String UNUSED =
            " (they are not in train/good, test/good or test/<defect>, nor masks of those)";

    private final FileTree tree;
    private final Path directory;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Path> used = new ArrayList<>();
    private final List<Path> empty = new ArrayList<>();

    private MvtecLayout(FileTree tree) {
        this.tree = tree;
        this.directory = tree.root();
    }

    static Dataset open(FileTree tree) throws IOException {
        return new MvtecLayout(tree).find();
    }

    private Dataset find() throws IOException {
        List<Path> trainFolders = foldersCalled(directory, TRAIN);
        List<Path> testFolders = foldersCalled(directory, TEST);
        if (trainFolders.isEmpty() && testFolders.isEmpty()) {
            return ofGoodImages();
        }
        List<LabelledImage> train = new ArrayList<>();
        for (Path folder : trainFolders) {
            train.addAll(training(folder));
        }
        List<LabelledImage> test = labelled(testFolders, directory);
        List<LabelledImage> validation = List.of();
        for (String name : VALIDATION) {
            List<Path> folders = foldersCalled(directory, name);
            if (!folders.isEmpty() && validation.isEmpty()) {
                validation = labelled(folders, folders.get(0));
            }
        }
        List<String> notes = new ArrayList<>(tree.notes(used, UNUSED));
        if (!empty.isEmpty()) {
            notes.add(empty.size() + " folders without an image are skipped: " + tree.named(empty));
        }
        return new Dataset(directory, train, validation, test, problems, List.of(), notes);
    }

    private List<LabelledImage> training(Path folder) throws DatasetException {
        List<Path> good = tree.foldersIn(folder, LabelledImage::isGood);
        List<Path> others = new ArrayList<>();
        for (Path other : tree.foldersIn(folder, name -> !LabelledImage.isGood(name))) {
            (tree.imagesIn(other).isEmpty() ? empty : others).add(other);
        }
        if (good.isEmpty()) {
            throw new DatasetException("The data set " + directory
                    + " has no folder train/good with normal images and none directly in it");
        }
        if (!others.isEmpty()) {
            throw new DatasetException("Training uses normal images alone: move "
                    + others.stream()
                            .map(other -> other.getFileName().toString())
                            .collect(Collectors.joining(", "))
                    + " from " + folder + " to " + directory.resolve(TEST));
        }
        List<LabelledImage> images = new ArrayList<>();
        for (Path normals : good) {
            images.addAll(normals(normals));
        }
        if (images.isEmpty()) {
            throw new DatasetException(
                    "The folder " + good.get(0) + " holds no image (" + ImageFormat.extensions() + ")");
        }
        return images;
    }

    private Dataset ofGoodImages() throws DatasetException {
        List<String> layout = tree.folderNames().stream()
                .filter(name -> OF_A_LAYOUT.contains(name.toLowerCase(Locale.ROOT)))
                .distinct()
                .toList();
        List<Path> below = tree.foldersIn(directory, name -> true).stream()
                .filter(folder -> !tree.imagesIn(folder).isEmpty())
                .toList();
        boolean direct = tree.images().stream().anyMatch(file -> directory.equals(file.getParent()));
        if (!direct || !layout.isEmpty()) {
            String why = "";
            if (!layout.isEmpty()) {
                why = ", and as it holds folders called " + String.join(", ", layout)
                        + " its images are not all taken for good ones";
            } else if (!below.isEmpty()) {
                why = "; if all images in " + tree.named(below) + " are good ones, move these folders to "
                        + directory.resolve(TRAIN).resolve(LabelledImage.GOOD);
            }
            throw new DatasetException("The data set " + directory + " has no folder train/good with normal images"
                    + (direct ? "" : " and none directly in it") + why + hintAtDataSetsBelow());
        }
        List<LabelledImage> images = normals(directory);
        List<String> notes = new ArrayList<>();
        if (!below.isEmpty()) {
            notes.add("All images are taken for good ones, also those in the folders "
                    + below.stream()
                            .map(folder -> folder.getFileName() + " ("
                                    + tree.imagesIn(folder).size() + ")")
                            .collect(Collectors.joining(", ")));
        }
        notes.addAll(tree.notes());
        return new Dataset(directory, images, List.of(), List.of(), List.of(), List.of(), notes);
    }

    private List<LabelledImage> labelled(List<Path> parents, Path parentOfMasks) {
        List<LabelledImage> normal = new ArrayList<>();
        List<LabelledImage> anomalous = new ArrayList<>();
        for (Path parent : parents) {
            for (Path type : tree.foldersIn(parent, name -> !name.equalsIgnoreCase(GROUND_TRUTH))) {
                String name = type.getFileName().toString();
                if (tree.imagesIn(type).isEmpty()) {
                    empty.add(type);
                } else if (LabelledImage.isGood(name)) {
                    normal.addAll(normals(type));
                } else {
                    anomalous.addAll(defects(type, parentOfMasks));
                }
            }
        }
        normal.addAll(anomalous);
        return normal;
    }

    private List<LabelledImage> defects(Path folder, Path parentOfMasks) {
        String defect = FileNameEncoding.composed(folder.getFileName().toString());
        List<Path> maskFolders = foldersCalled(parentOfMasks, GROUND_TRUTH).stream()
                .flatMap(masks ->
                        tree
                                .foldersIn(
                                        masks,
                                        name -> FileNameEncoding.composed(name).equalsIgnoreCase(defect))
                                .stream())
                .toList();
        MaskFiles masks = MaskFiles.in(maskFolders, tree, problems);
        used.addAll(masks.files());
        List<Path> files = tree.imagesIn(folder);
        used.addAll(files);
        List<LabelledImage> images = new ArrayList<>();
        masks.assign(folder, files)
                .forEach((file, mask) -> images.add(
                        new LabelledImage(file, LabelledImage.id(directory, file), defect, mask.orElse(null))));
        return images;
    }

    private List<LabelledImage> normals(Path folder) {
        List<Path> files = tree.imagesIn(folder);
        used.addAll(files);
        return files.stream()
                .map(file -> new LabelledImage(file, LabelledImage.id(directory, file), LabelledImage.GOOD, null))
                .toList();
    }

    private String hintAtDataSetsBelow() {
        List<String> below = tree.foldersIn(directory, name -> true).stream()
                .filter(folder -> foldersCalled(folder, TRAIN).stream()
                        .anyMatch(train ->
                                !tree.foldersIn(train, LabelledImage::isGood).isEmpty()))
                .map(folder -> folder.getFileName().toString())
                .toList();
        List<String> manifests = tree.others().stream()
                .map(file -> LabelledImage.id(directory, file))
                .filter(name -> name.toLowerCase(Locale.ROOT).endsWith(".manifest"))
                .toList();
        return (below.isEmpty() ? "" : "; did you mean one of the data sets in it: " + String.join(", ", below) + "?")
                + (manifests.isEmpty() ? "" : "; did you mean the manifest " + String.join(" or ", manifests) + "?");
    }

    private List<Path> foldersCalled(Path parent, String name) {
        return tree.foldersIn(parent, name::equalsIgnoreCase);
    }
}
