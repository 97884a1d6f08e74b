package io.draem.trainer.evaluation;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.text.Counted;
import io.draem.trainer.evaluation.DefectSizes.Defect;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Warnings about defects that are too small for the network to see, with the tiles and the scale that help. */
public final class DefectSizeWarnings {

    /** A suggested scale leaves a defect so many times the least pixels, and is a multiple of a step. */
    private static final double MARGIN = 1.25;

    private static final double SCALE_STEP = 0.05;

    private DefectSizeWarnings() {}

    /**
     * Returns a warning where a tenth of the defects or more are under {@value DefectSizes#LEAST_PIXELS} pixels across in
     * the network's input; empty otherwise, and where there are none.
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
                "%s %s under %d pixels across in the network's input, since images are %s: the smallest has %.1f pixels"
                        + " there, and %.0f in its image, %s of %s. %s",
                defects == 1 ? "The only defect" : small + " of " + defects + " defects",
                Counted.verb(small, "is", "are"),
                DefectSizes.LEAST_PIXELS,
                scaled(framing.tiling(), input),
                smallest.width(),
                smallest.widthInImage(),
                smallest.image(),
                smallest.imageSize(),
                remedy(sizes, framing.tiling(), input)));
    }

    /** Says that the defects are large enough, and how large they are; empty where they are not or there are none. */
    public static Optional<String> largeEnough(DefectSizes sizes) {
        if (sizes.defects().isEmpty() || sizes.tenth(Defect::width) < DefectSizes.LEAST_PIXELS) {
            return Optional.empty();
        }
        int count = sizes.defects().size();
        return Optional.of(Counted.of(count, "defect") + Counted.verb(count, " with a mask is", " with masks are")
                + " large enough in the network's input, where " + DefectSizes.LEAST_PIXELS
                + " pixels across are needed: " + atLeast(sizes, Defect::width, 1));
    }

    /** Says how large nine tenths of the defects are, or all of a few, of which the smallest is the tenth. */
    private static String atLeast(DefectSizes sizes, ToDoubleFunction<Defect> width, double scale) {
        double tenth = scale * sizes.tenth(width);
        double smallest =
                scale * sizes.defects().stream().mapToDouble(width).min().orElseThrow();
        if (sizes.defects().size() == 1) {
            return String.format(Locale.ROOT, "it has %.1f pixels", tenth);
        }
        return smallest == tenth
                ? String.format(Locale.ROOT, "all have %.1f pixels or more", tenth)
                : String.format(
                        Locale.ROOT, "nine tenths have %.1f pixels or more, and the smallest %.1f", tenth, smallest);
    }

    private static String scaled(@Nullable Tiling tiling, FrameSize input) {
        return tiling == null
                ? "resized to " + input
                : "scaled " + (tiling.scale().fixed() == null ? "by " : "to ") + tiling.scale();
    }

    private static String remedy(DefectSizes sizes, @Nullable Tiling tiling, FrameSize input) {
        double tenth = sizes.tenth(Defect::widthInImage);
        if (tenth < DefectSizes.LEAST_PIXELS) {
            return String.format(
                    Locale.ROOT,
                    "%s %.1f pixels or fewer in the images themselves, so that no scale helps: take images of a higher"
                            + " resolution",
                    sizes.defects().size() == 1 ? "It has" : "A tenth of them have",
                    tenth);
        }
        double least = DefectSizes.LEAST_PIXELS * MARGIN / tenth;
        double scale = Math.min(1, Math.ceil(least / SCALE_STEP - 1e-9) * SCALE_STEP);
        String factor = shortened("%.2f", scale);
        return "Train with "
                + (tiling == null
                        ? "--tiles " + input.json() + " --scale " + factor + " or larger, which cuts images scaled by "
                                + factor + " into tiles of " + input
                        : "--scale " + factor + " or larger")
                + ": " + atLeast(sizes, Defect::widthInImage, scale) + " then";
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
