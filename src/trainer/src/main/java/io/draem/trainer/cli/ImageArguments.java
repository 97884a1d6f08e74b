package io.draem.trainer.cli;

import io.draem.image.ImageLimits;
import io.draem.trainer.data.ImageFiles;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of all commands with {@code --data}: the folder of a manifest's images, and limits on image files. */
final class ImageArguments {

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "Folder that the paths of a manifest are relative to; for Lookout for Vision, the downloaded"
                    + " images (default: the manifest's own)",
            showDefaultValue = Visibility.NEVER)
    @Nullable
    Path images;

    @Mixin
    final Limits limits = new Limits();

    /** Limits on image files. */
    static final class Limits {

        /** The largest number of pixels whose RGB bytes fit into an array. */
        private static final long MOST_PIXELS = Integer.MAX_VALUE / 4;

        private static final long MOST_BYTES = 1L << 30;

        @Option(
                names = "--max-image-bytes",
                paramLabel = "SIZE",
                defaultValue = "512MB",
                converter = Bytes.class,
                description = "Largest image file that is read, for example 64MB (this project); the service's property"
                        + " draem.image.max-bytes has its own default")
        private @Nullable Long maxBytes;

        @Option(
                names = "--max-image-pixels",
                paramLabel = "N",
                defaultValue = "250000000",
                description = "Largest image that is read, width times height (this project); the service's property"
                        + " draem.image.max-pixels has its own default")
        private long maxPixels;

        /**
         * Applies these limits to all images that are read afterwards.
         *
         * @throws IllegalArgumentException if they are out of range; the message names the option
         */
        void use() {
            long bytes = maxBytes == null ? ImageLimits.OF_OWN_FILES.maxBytes() : maxBytes;
            if (bytes < 1 || bytes > MOST_BYTES) {
                throw new IllegalArgumentException("--max-image-bytes must be between 1B and 1GB, not " + bytes);
            }
            if (maxPixels < 1 || maxPixels > MOST_PIXELS) {
                throw new IllegalArgumentException(
                        "--max-image-pixels must be between 1 and " + MOST_PIXELS + ", not " + maxPixels);
            }
            ImageFiles.limit(new ImageLimits(bytes, maxPixels));
        }

        /** Reads a size in the form of the service's properties: a number, optionally with B, KB, MB or GB. */
        static final class Bytes implements ITypeConverter<Long> {

            private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KB|MB|GB)?");

            @Override
            public Long convert(String text) {
                Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
                if (!size.matches()) {
                    throw new TypeConversionException(
                            "'" + text + "' is not a size such as 33554432, 512KB, 64MB or 1GB");
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
}
