package io.draem.trainer.data;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image file with what is known of it.
 *
 * @param file the image
 * @param defect the defect type: the name of its folder, or the label of a manifest; {@value #GOOD} for a normal image
 * @param mask the ground truth of an anomalous image; null for a normal one
 */
public record LabelledImage(
        Path file, String defect, @Nullable Path mask) {

    /** What MVTec AD calls the folder of normal images. */
    public static final String GOOD = "good";

    public LabelledImage {
        if (defect.equals(GOOD) != (mask == null)) {
            throw new IllegalArgumentException("An anomalous image has a mask and a normal one has none: " + file);
        }
    }

    /** Returns the images' files alone. */
    public static List<Path> files(List<LabelledImage> images) {
        return images.stream().map(LabelledImage::file).toList();
    }

    public boolean anomalous() {
        return mask != null;
    }

    /** Returns defect type and file name, for people: {@code broken/003.png}. */
    public String name() {
        return defect + "/" + file.getFileName();
    }
}
