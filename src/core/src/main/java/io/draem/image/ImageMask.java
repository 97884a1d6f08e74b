package io.draem.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A ground-truth mask: which pixels of an image are anomalous.
 *
 * <p>Each pixel has one value, in the range as stored: the largest of its color channels; alpha where all colors are
 * the same and alpha is not; colors on black where both differ. Palettes of gray are their gray values; of other
 * palettes each color other than the background (black, else index 0, else white) is a label. Of RGB without black but
 * with white, white is the background. Then
 *
 * <ul>
 *   <li>a mask of one or two values has defects where the value is above 0; where two values are both above 0 the lower
 *       one is the background, with a warning;
 *   <li>a label mask has defects where the value is above 0. It has at most 16 values up to 31, or at most 64 values of which those between 0 and the largest form
 *       areas: half of their pixels have the value of all eight neighbors, or nine tenths of them have no neighbor of a
 *       larger value. At antialiased edges values rise from pixel to pixel;
 *   <li>any other mask, and any of lossy compression, is gray: defects are where the value is above half of the largest
 *       value, which is 255 in most masks.
 * </ul>
 */
public final class ImageMask {

    /** Ringing of a lossy codec stays below this of 255. */
    private static final int LOSSY_NOISE = 32;

    private static final double PHOTOGRAPH_SHARE = 0.25;
    private static final double INVERTED_BORDER_SHARE = 0.9;

    private final int width;
    private final int height;
    private final boolean[] anomalous;
    private final long anomalousPixels;
    private final int largest;
    private final boolean photograph;
    private final List<String> warnings;

    private ImageMask(
            int width, int height, boolean[] anomalous, int largest, boolean photograph, List<String> warnings) {
        this.width = width;
        this.height = height;
        this.anomalous = anomalous;
        this.largest = largest;
        this.photograph = photograph;
        long count = 0;
        for (boolean pixel : anomalous) {
            count += pixel ? 1 : 0;
        }
        this.anomalousPixels = count;
        List<String> all = new ArrayList<>(warnings);
        if (count == anomalous.length) {
            all.add("marks every pixel as a defect: check that its background is 0");
        } else if (2 * count > anomalous.length && borderShare() >= INVERTED_BORDER_SHARE) {
            all.add(String.format(
                    Locale.ROOT,
                    "looks inverted, %.0f %% of its pixels are a defect and so is its border: defects must be brighter"
                            + " than the background",
                    Math.floor(100.0 * count / anomalous.length)));
        }
        this.warnings = List.copyOf(all);
    }

    /** Returns the mask of an RGB image that was stored without loss. */
    public static ImageMask of(RgbImage image) {
        return of(MaskSamples.of(image, false), Orientation.AS_STORED);
    }

    static ImageMask of(MaskSamples samples, int orientation) {
        char[] values = samples.values();
        int[] counts = new int[Character.MAX_VALUE + 1];
        for (char value : values) {
            counts[value]++;
        }
        int distinct = 0;
        int least = Character.MAX_VALUE;
        int most = 0;
        for (int value = 0; value < counts.length; value++) {
            if (counts[value] > 0) {
                distinct++;
                least = Math.min(least, value);
                most = value;
            }
        }
        List<String> warnings = new ArrayList<>();
        boolean labels = distinct <= 2 || samples.areLabels(distinct, most);
        int background = 0; // values above it are a defect
        if (samples.lossy()) {
            background = Math.max(LOSSY_NOISE - 1, most / 2);
        } else if (distinct == 2 && least > 0) {
            background = least;
            warnings.add("has the values " + least + " and " + most + " and no 0: the lower one is its background");
        } else if (!labels) {
            background = most / 2;
            warnDropped(counts, distinct, background, warnings);
        }
        boolean[] anomalous = new boolean[values.length];
        for (int i = 0; i < values.length; i++) {
            anomalous[i] = values[i] > background;
        }
        int gray = IntStream.range(most / 8, most - most / 8)
                .map(value -> counts[value])
                .sum();
        boolean photograph = !labels && gray >= PHOTOGRAPH_SHARE * values.length;
        return upright(samples, orientation, anomalous, most, photograph, warnings);
    }

    /** Warns where much is darker than half: of many values it may be no blur, and few values may be labels. */
    private static void warnDropped(int[] counts, int distinct, int background, List<String> warnings) {
        long dark = 0;
        long dim = 0;
        long kept = 0;
        for (int value = 1; value < counts.length; value++) {
            if (value > background) {
                kept += counts[value];
            } else if (value > background / 2) {
                dim += counts[value];
            } else {
                dark += counts[value];
            }
        }
        if (dim > kept || (distinct <= MaskSamples.FEW_VALUES && 4 * (dark + dim) > kept)) {
            warnings.add("has " + distinct + " values and is read as gray: the " + kept + " pixels above " + background
                    + " are a defect, and the " + (dark + dim)
                    + " darker ones are not; if its values are labels, save defects as 255");
        }
    }

    private static ImageMask upright(
            MaskSamples samples,
            int orientation,
            boolean[] anomalous,
            int largest,
            boolean photograph,
            List<String> warnings) {
        if (orientation == Orientation.AS_STORED) {
            return new ImageMask(samples.width(), samples.height(), anomalous, largest, photograph, warnings);
        }
        byte[] rgb = new byte[3 * anomalous.length];
        for (int i = 0; i < anomalous.length; i++) {
            rgb[3 * i] = (byte) (anomalous[i] ? 1 : 0);
        }
        RgbImage upright = Orientation.apply(orientation, new RgbImage(samples.width(), samples.height(), rgb));
        for (int i = 0; i < anomalous.length; i++) {
            anomalous[i] = upright.rgb()[3 * i] != 0;
        }
        return new ImageMask(upright.width(), upright.height(), anomalous, largest, photograph, warnings);
    }

    private double borderShare() {
        long border = 0;
        long marked = 0;
        for (int y = 0; y < height; y++) {
            int step = y == 0 || y == height - 1 ? 1 : Math.max(1, width - 1);
            for (int x = 0; x < width; x += step) {
                border++;
                marked += anomalous[y * width + x] ? 1 : 0;
            }
        }
        return (double) marked / border;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** Returns how many pixels are anomalous. */
    public long anomalousPixels() {
        return anomalousPixels;
    }

    /** Returns the largest value as stored, whether it is a defect or not. */
    public int largestValue() {
        return largest;
    }

    /**
     * Returns whether the mask is gray and a quarter of its pixels or more are between an eighth and seven eighths of the
     * largest value.
     */
    public boolean looksLikePhotograph() {
        return photograph;
    }

    /** Returns what makes the mask doubtful, as predicates that follow its name; empty for most masks. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * Returns {@code newWidth * newHeight} labels, rows from the top, true where a pixel is anomalous.
     *
     * <p>Resized by nearest neighbor as {@code torch.nn.functional.interpolate(mode="nearest")} does it: target
     * {@code i} takes source {@code floor(i * source / target)}. Where that skips every anomalous pixel, as it can with a
     * thin defect, the labels are true for each target pixel that an anomalous one falls into, so that a defect never
     * vanishes.
     */
    public boolean[] resized(int newWidth, int newHeight) {
        boolean[] resized = new boolean[Math.multiplyExact(newWidth, newHeight)];
        boolean any = false;
        for (int y = 0; y < newHeight; y++) {
            int row = (int) ((long) y * height / newHeight) * width;
            for (int x = 0; x < newWidth; x++) {
                boolean pixel = anomalous[row + (int) ((long) x * width / newWidth)];
                resized[y * newWidth + x] = pixel;
                any |= pixel;
            }
        }
        if (!any && anomalousPixels > 0) {
            for (int y = 0; y < height; y++) {
                int row = (int) ((long) y * newHeight / height) * newWidth;
                for (int x = 0; x < width; x++) {
                    if (anomalous[y * width + x]) {
                        resized[row + (int) ((long) x * newWidth / width)] = true;
                    }
                }
            }
        }
        return resized;
    }
}
