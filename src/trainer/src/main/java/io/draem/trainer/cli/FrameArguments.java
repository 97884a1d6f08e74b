package io.draem.trainer.cli;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameSize;
import io.draem.frame.Tiling;
import io.draem.trainer.training.Recipe;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of how an image becomes inputs of the network, and what of it counts. */
final class FrameArguments {

    @Option(
            names = "--image-size",
            paramLabel = "WIDTH[,HEIGHT]",
            defaultValue = "256",
            converter = ImageSizeConverter.class,
            description =
                    "Size of the input in pixels, multiples of 32; one number for a square (paper). Every image is"
                            + " resized to it")
    @SuppressWarnings("NullAway.Init")
    private FrameSize imageSize;

    @Option(
            names = "--tiles",
            paramLabel = "WIDTH[,HEIGHT]",
            converter = ImageSizeConverter.class,
            description = "Cut images into overlapping tiles of this size instead of resizing them to --image-size; the"
                    + " network is trained on random crops (default: no tiles; paper)")
    private @Nullable FrameSize tiles;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR|WIDTHxHEIGHT",
            converter = ScaleConverter.class,
            description = "Size to which images are resized before they are cut into tiles: a factor, or one size for"
                    + " all (default: 1; this project)")
    private @Nullable FrameScale scale;

    @Option(
            names = "--overlap",
            paramLabel = "PIXELS",
            description = "Smallest overlap of neighboring tiles, up to half of the smaller side (default: an eighth of"
                    + " the smaller side, at least 16; this project)")
    private @Nullable Integer overlap;

    @Option(
            names = "--region-of-interest",
            paramLabel = "FILE|" + Recipe.REQUEST_REGION,
            description = "Part of the images that counts: " + RegionArguments.FORMS
                    + "; request: each request of the service has its own (default: all; this project)")
    private @Nullable String region;

    /** Returns the size of the network's input. */
    FrameSize input() {
        return tiles != null ? tiles : imageSize;
    }

    /**
     * Returns how images are cut; null if they are not.
     *
     * @throws IllegalArgumentException if the options contradict each other or are out of range; the message names them
     */
    @Nullable
    Tiling tiling() {
        if (tiles == null) {
            if (scale != null || overlap != null) {
                throw new IllegalArgumentException((scale != null ? "--scale" : "--overlap") + " needs --tiles");
            }
            return null;
        }
        int side = Math.min(tiles.width(), tiles.height());
        if (overlap != null && (overlap < 0 || overlap > side / 2)) {
            throw new IllegalArgumentException("--overlap must be from 0 to " + side / 2
                    + ", half of the smaller side of --tiles, not " + overlap);
        }
        return new Tiling(
                scale == null ? FrameScale.ONE : scale,
                overlap != null ? overlap : Tiling.overlapOf(tiles),
                Tiling.marginOf(tiles));
    }

    /** Returns what the recipe says of the region of interest before its file is read. */
    @Nullable
    String requestRegion() {
        return Recipe.REQUEST_REGION.equals(region) ? region : null;
    }

    /** Returns the file of the region of interest; null without one. */
    @Nullable
    Path regionFile() {
        return region == null || requestRegion() != null ? null : Path.of(region);
    }

    /** Reads a {@link FrameScale}. */
    static final class ScaleConverter implements ITypeConverter<FrameScale> {

        @Override
        public FrameScale convert(String text) {
            try {
                return FrameScale.parse(text.strip());
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
