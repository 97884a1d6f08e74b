package io.draem.trainer.data;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image file with what is known of it.
 *
 * @param file the image
 * @param id what tells it from all others of its data set, for people too: its path below the data set's folder, with
 *     slashes on every system ({@code test/broken/003.png})
 * @param defect the defect type: the name of its folder, or the label of a manifest; {@value #GOOD} for a normal image
 * @param mask the ground truth of an anomalous image; null for a normal one, and where there is none
 */
public record LabelledImage(
        Path file, String id, String defect, @Nullable Path mask) {

    /** What MVTec AD calls the folder of normal images. */
    public static final String GOOD = "good";

    public LabelledImage {
        if (defect.equals(GOOD) && mask != null) {
            throw new IllegalArgumentException("A normal image has no mask: " + file);
        }
    }

    /** Returns the images' files alone. */
    public static List<Path> files(List<LabelledImage> images) {
        return images.stream().map(LabelledImage::file).toList();
    }

    /** Returns the id of a file of a data set: its path below the folder, or the whole of it where it lies elsewhere. */
    static String id(Path folder, Path file) {
        Path below = file.startsWith(folder) ? folder.relativize(file) : file;
        return below.toString().replace(File.separatorChar, '/');
    }

    public boolean anomalous() {
        return !defect.equals(GOOD);
    }
}
