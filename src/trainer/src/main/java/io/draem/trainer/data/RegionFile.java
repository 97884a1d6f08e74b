package io.draem.trainer.data;

import io.draem.frame.RegionOfInterest;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Reads a region of interest from a file. */
public final class RegionFile {

    private static final long MAX_JSON_BYTES = 16L << 20;
    private static final String BYTE_ORDER_MARK = "\uFEFF"; // written by editors on Windows

    private RegionFile() {}

    /**
     * Reads a file {@code .json} as {@link RegionOfInterest#ofJson} takes it; any other file is an image, the mask of the
     * pixels that count.
     *
     * @throws DatasetException if the file holds no region of interest; the message names the file
     */
    public static RegionOfInterest read(Path file) throws IOException {
        boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
        try {
            return json
                    ? RegionOfInterest.ofJson(json(file))
                    : RegionOfInterest.ofMask(ImageFiles.readMask(file, null));
        } catch (IllegalArgumentException e) {
            throw new DatasetException(file + ": " + e.getMessage()
                    + (json ? "" : ": make the pixels that count white, the others black"));
        }
    }

    private static String json(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) { // reading a pipe or a device may never end
            throw new DatasetException(file + ": it is not a regular file");
        }
        if (Files.size(file) > MAX_JSON_BYTES) {
            throw new DatasetException(file + ": it is longer than a region of interest may be");
        }
        try {
            String text = Files.readString(file);
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + ": it is not UTF-8 text");
        }
    }
}
