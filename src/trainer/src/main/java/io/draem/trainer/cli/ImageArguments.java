package io.draem.trainer.cli;

import io.draem.image.ImageLimits;
import io.draem.trainer.data.ImageFiles;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say how large an image may be. */
final class ImageArguments {

    /** Most pixels that an array of RGB bytes holds. */
    private static final long MOST_PIXELS = Integer.MAX_VALUE / 4;

    private static final long MOST_BYTES = 1L << 30;

    @Option(
            names = "--max-image-bytes",
            paramLabel = "SIZE",
            defaultValue = "512MB",
            converter = Bytes.class,
            description =
                    "Largest image file that is read, like 64MB; draem.image.max-bytes of the service, which is 32MB"
                            + " there unless set")
    private @Nullable Long maxBytes;

    @Option(
            names = "--max-image-pixels",
            paramLabel = "N",
            defaultValue = "250000000",
            description = "Most pixels, width times height, of an image that is read; draem.image.max-pixels of the"
                    + " service, which is 64000000 there unless set")
    private long maxPixels;

    /**
     * Reads all images from here on within these limits.
     *
     * @throws IllegalArgumentException if they are out of range; the message names the option
     */
    void use() {
        long bytes = maxBytes == null ? ImageFiles.DEFAULT_LIMITS.maxBytes() : maxBytes;
        if (bytes < 1 || bytes > MOST_BYTES) {
            throw new IllegalArgumentException("--max-image-bytes must be between 1B and 1GB, not " + bytes);
        }
        if (maxPixels < 1 || maxPixels > MOST_PIXELS) {
            throw new IllegalArgumentException(
                    "--max-image-pixels must be between 1 and " + MOST_PIXELS + ", not " + maxPixels);
        }
        ImageFiles.limit(new ImageLimits(bytes, maxPixels));
    }

    /** Reads a size as the service's properties have it: a number, and B, KB, MB or GB. */
    static final class Bytes implements ITypeConverter<Long> {

        private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KB|MB|GB)?");

        @Override
        public Long convert(String text) {
            Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
            if (!size.matches()) {
                throw new TypeConversionException("'" + text + "' is no size, like 33554432, 512KB, 64MB or 1GB");
            }
            long number = Long.parseLong(size.group(1));
            return switch (size.group(2) == null ? "B" : size.group(2)) {
                case "KB" -> number << 10;
                case "MB" -> number << 20;
                case "GB" -> number << 30;
                default -> number;
            };
        }
    }
}
