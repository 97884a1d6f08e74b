package io.draem.trainer.data;

import io.draem.text.FileNameEncoding;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An image file with what is known of it.
 *
 * @param file the image
 * @param id unique and readable name in its data set: its path below the data set's folder, with
 *     slashes on every system ({@code test/broken/003.png})
 * @param defect the defect type: the name of its folder, or the label of a manifest; {@value #GOOD} for a normal image
 * @param mask the ground truth of an anomalous image; null for a normal one, and where there is none
 * @param maskColors what the colors of the mask mean; null where it is an ordinary one
 */
public record LabelledImage(
        Path file,
        String id,
        String defect,
        @Nullable Path mask,
        @Nullable MaskColors maskColors) {

    /** What MVTec AD calls the folder of normal images. */
    public static final String GOOD = "good";

    private static final Set<String> NORMAL = Set.of(GOOD, "normal", "ok", "0");

    public LabelledImage {
        if (defect.equals(GOOD) && mask != null) {
            throw new IllegalArgumentException("A normal image has no mask: " + file);
        }
    }

    /** Takes an image with an ordinary mask, or with none. */
    public LabelledImage(Path file, String id, String defect, @Nullable Path mask) {
        this(file, id, defect, mask, null);
    }

    /** Returns whether a folder or a label of that name is of normal images. */
    static boolean isGood(String name) {
        return NORMAL.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Returns the images' files alone. */
    public static List<Path> files(List<LabelledImage> images) {
        return images.stream().map(LabelledImage::file).toList();
    }

    /** Returns the id of a file of a data set: its path below the folder, or the whole path if it is elsewhere. */
    static String id(Path folder, Path file) {
        Path below = file.startsWith(folder) ? folder.relativize(file) : file;
        return FileNameEncoding.composed(below.toString()).replace(File.separatorChar, '/');
    }

    public boolean anomalous() {
        return !defect.equals(GOOD);
    }
}
