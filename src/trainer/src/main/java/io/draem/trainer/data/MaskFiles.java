package io.draem.trainer.data;

import io.draem.trainer.data.Dataset.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The masks of one defect, by their path below its folder, in slashes and without extension. */
final class MaskFiles {

    private static final String SUFFIX = "_mask";

    private final Map<String, Path> byStem = new TreeMap<>();
    private final List<Path> files = new ArrayList<>();
    private final List<Problem> problems;

    private MaskFiles(List<Problem> problems) {
        this.problems = problems;
    }

    /**
     * Lists the masks in folders.
     *
     * @param problems receives masks of equal names, and later those without an image
     */
    static MaskFiles in(List<Path> folders, FileTree tree, List<Problem> problems) {
        MaskFiles masks = new MaskFiles(problems);
        for (Path folder : folders) {
            for (Path file : tree.imagesIn(folder)) {
                masks.files.add(file);
                Path other = masks.byStem.put(stem(folder, file), file);
                if (other != null) {
                    problems.add(new Problem(other, "is a mask like " + file.getFileName() + ": keep one"));
                }
            }
        }
        return masks;
    }

    /** Returns all masks. */
    List<Path> files() {
        return files;
    }

    /** Returns the mask of each image of a folder, in the order of the images. */
    Map<Path, Optional<Path>> assign(Path folder, List<Path> images) {
        Map<String, Integer> sameName = new HashMap<>();
        images.forEach(image -> sameName.merge(name(stem(folder, image)), 1, Integer::sum));
        Map<Path, Optional<Path>> masks = new LinkedHashMap<>();
        for (Path image : images) {
            String stem = stem(folder, image);
            Path mask = take(stem);
            if (mask == null && Integer.valueOf(1).equals(sameName.get(name(stem)))) {
                mask = take(name(stem)); // all masks in one folder, images in several
            }
            masks.put(image, Optional.ofNullable(mask));
        }
        byStem.values().forEach(mask -> problems.add(new Problem(mask, "is the mask of no image in " + folder)));
        return masks;
    }

    private @Nullable Path take(String stem) {
        Path mask = byStem.remove(stem + SUFFIX);
        return mask == null ? byStem.remove(stem) : mask;
    }

    private static String stem(Path folder, Path file) {
        String path = LabelledImage.id(folder, file);
        return path.substring(0, path.lastIndexOf('.'));
    }

    private static String name(String stem) {
        return stem.substring(stem.lastIndexOf('/') + 1);
    }
}
