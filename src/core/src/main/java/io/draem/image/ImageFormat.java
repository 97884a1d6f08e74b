package io.draem.image;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Supported image formats, recognized by their first bytes alone. */
public enum ImageFormat {
    JPEG,
    PNG,
    BMP,
    TIFF,
    WEBP;

    private static final String NAMES = "JPEG, PNG, BMP, TIFF or WebP";
    private static final Set<String> EXTENSIONS = Set.of("png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp");

    /** Returns whether a file of this name in a folder is taken for an image: by its extension, unless it is hidden. */
    public static boolean isFileName(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && !name.startsWith(".")
                && EXTENSIONS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    /** Returns the file name extensions of images, for people. */
    public static String extensions() {
        return EXTENSIONS.stream().sorted().collect(Collectors.joining(", "));
    }

    /** Returns the media type. */
    public String mediaType() {
        return "image/" + name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the format of encoded bytes.
     *
     * @throws ImageException.Unsupported if they are none of these; the message lists the formats
     * @throws ImageException.Invalid if there are no bytes
     */
    public static ImageFormat of(byte[] bytes) throws ImageException {
        if (startsWith(bytes, 0, "\u00FF\u00D8\u00FF")) {
            return JPEG;
        }
        if (startsWith(bytes, 0, "\u0089PNG\r\n\u001A\n")) {
            return PNG;
        }
        if (startsWith(bytes, 0, "II*\0") || startsWith(bytes, 0, "MM\0*")) {
            return TIFF;
        }
        if (startsWith(bytes, 0, "II+\0") || startsWith(bytes, 0, "MM\0+")) {
            throw new ImageException.Unsupported(
                    "BigTIFF is not supported: save as classic TIFF with LZW or Deflate, or as PNG");
        }
        if (startsWith(bytes, 0, "RIFF") && startsWith(bytes, 8, "WEBP")) {
            return WEBP;
        }
        if (startsWith(bytes, 0, "BM")) {
            return BMP;
        }
        if (bytes.length == 0) {
            throw new ImageException.Invalid("The image is empty, 0 bytes arrived: transfer the whole file");
        }
        throw new ImageException.Unsupported("The bytes are not an image of a supported format: send " + NAMES);
    }

    private static boolean startsWith(byte[] bytes, int offset, String latin1) {
        byte[] magic = latin1.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < offset + magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (bytes[offset + i] != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
