package io.draem.trainer.evaluation;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.trainer.evaluation.DefectSizes.Defect;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Warnings about defects that are too small for the network to see, with the tiles and the scale that help. */
public final class DefectSizeWarnings {

    /** A suggested scale leaves a defect so many times the least pixels, and is a multiple of a step. */
    private static final double MARGIN = 1.25;

    private static final double SCALE_STEP = 0.05;

    private DefectSizeWarnings() {}

    /**
     * Returns a warning where a tenth of the defects or more are under {@value DefectSizes#LEAST_PIXELS} pixels across as
     * the network sees them; empty otherwise, and where there are none.
     *
     * @param framing how the network takes images
     * @param input size of the network's input
     */
    public static Optional<String> of(DefectSizes sizes, Framing framing, FrameSize input) {
        if (sizes.defects().isEmpty() || sizes.tenth(Defect::width) >= DefectSizes.LEAST_PIXELS) {
            return Optional.empty();
        }
        int defects = sizes.defects().size();
        long small = sizes.defects().stream()
                .filter(defect -> defect.width() < DefectSizes.LEAST_PIXELS)
                .count();
        Defect smallest = sizes.defects().stream()
                .min(Comparator.comparingDouble(Defect::width))
                .orElseThrow();
        return Optional.of(String.format(
                Locale.ROOT,
                "%d of %d %s %s under %d pixels across as the network sees them, since images are %s: the smallest has"
                        + " %.1f pixels, and %.0f in %s of %s. %s",
                small,
                defects,
                defects == 1 ? "defect" : "defects",
                small == 1 ? "is" : "are",
                DefectSizes.LEAST_PIXELS,
                scaled(framing.tiling(), input),
                smallest.width(),
                smallest.widthInImage(),
                smallest.image(),
                smallest.imageSize(),
                remedy(sizes.tenth(Defect::widthInImage), framing.tiling(), input)));
    }

    private static String scaled(@Nullable Tiling tiling, FrameSize input) {
        return tiling == null
                ? "resized to " + input
                : "scaled " + (tiling.scale().fixed() == null ? "by " : "to ") + tiling.scale();
    }

    private static String remedy(double widthInImage, @Nullable Tiling tiling, FrameSize input) {
        if (widthInImage < DefectSizes.LEAST_PIXELS) {
            return String.format(
                    Locale.ROOT,
                    "A tenth of them have %.1f pixels or fewer in the images themselves, so that no scale helps: take"
                            + " images of a higher resolution",
                    widthInImage);
        }
        double least = DefectSizes.LEAST_PIXELS * MARGIN / widthInImage;
        double scale = Math.min(1, Math.ceil(least / SCALE_STEP - 1e-9) * SCALE_STEP);
        return String.format(
                Locale.ROOT,
                "Train with %s--scale %s or larger: nine tenths of them then have %.1f pixels or more",
                tiling == null ? "--tiles " + input.json() + " " : "",
                shortened("%.2f", scale),
                scale * widthInImage);
    }

    /**
     * Returns what the least pixels that the network sees are in an image, for sets without masks.
     *
     * @param plan how the network takes an image
     */
    public static String withoutMasks(FramePlan plan) {
        FrameSize image = plan.image();
        FrameSize frame = plan.frame();
        return String.format(
                Locale.ROOT,
                "%d pixels of the network are %sx%s pixels of an image of %s: smaller defects are hardly found, and no"
                        + " mask shows how large they are",
                DefectSizes.LEAST_PIXELS,
                pixels(image.width(), frame.width()),
                pixels(image.height(), frame.height()),
                image);
    }

    /** Returns what the least pixels are along a side of the image. */
    private static String pixels(int image, int frame) {
        double pixels = (double) DefectSizes.LEAST_PIXELS * image / frame;
        return shortened(pixels >= 10 ? "%.0f" : "%.1f", pixels);
    }

    /** Returns a number without zeros at the end of its decimals. */
    private static String shortened(String format, double value) {
        String text = String.format(Locale.ROOT, format, value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
