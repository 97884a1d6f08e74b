package io.draem.overlay;

import io.draem.image.RgbImage;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.Region.Point;
import io.draem.score.RowMask;
import io.draem.score.ScaledMap;
import java.util.List;

/** Draws anomalies over an image: heat where the map is above its threshold, and an outline around each region. */
public final class AnomalyOverlay {

    private static final double THRESHOLD = 0.5;
    private static final double OPACITY_AT_THRESHOLD = 0.25;
    private static final double OPACITY_AT_MAXIMUM = 0.7;
    private static final int LEVELS = 256;

    /** Magenta, a color that photographed parts rarely have and heat never has. */
    private static final int OUTLINE = 0xFF00FF;

    /** An image grows by so many pixels on its longer side before outlines get one pixel thicker. */
    private static final int PIXELS_PER_THICKNESS = 512;

    private AnomalyOverlay() {}

    /** Returns a copy of the image with heat and outlines drawn on it, as the other {@code draw} does. */
    public static RgbImage draw(
            RgbImage image, ScaledMap map, double pixelThreshold, Calibration calibration, List<Region> regions) {
        return draw(image, map, pixelThreshold, calibration, regions, false);
    }

    /**
     * Returns the image with the heat and the outlines drawn on it. Outside the map's region of interest it is darker, and
     * a white line runs along the inside of the region's border.
     *
     * @param map raw map of the image's size: at or below the threshold the image shows unchanged, above it the heat is
     *     the more opaque the larger the value
     * @param pixelThreshold raw value that the heat begins above
     * @param calibration range of the map's values, over which the heat increases
     * @param inPlace whether the image's own samples are drawn on, which saves a copy, and the image itself is returned
     * @throws IllegalArgumentException if map and image differ in size
     */
    public static RgbImage draw(
            RgbImage image,
            ScaledMap map,
            double pixelThreshold,
            Calibration calibration,
            List<Region> regions,
            boolean inPlace) {
        if (image.width() != map.width() || image.height() != map.height()) {
            throw new IllegalArgumentException("A map of " + map.width() + "x" + map.height()
                    + " does not cover an image of " + image.width() + "x" + image.height());
        }
        RgbImage drawn = inPlace
                ? image
                : new RgbImage(image.width(), image.height(), image.rgb().clone());
        byte[] rgb = drawn.rgb();
        blendHeat(rgb, map, pixelThreshold, calibration);
        int thickness = 1 + Math.max(image.width(), image.height()) / PIXELS_PER_THICKNESS;
        RowMask counted = map.region();
        if (counted != null) {
            RegionShade.draw(drawn, counted, thickness);
        }
        for (Region region : regions) {
            drawOutline(rgb, image.width(), image.height(), region.polygon(), thickness);
        }
        return drawn;
    }

    private static void blendHeat(byte[] rgb, ScaledMap map, double pixelThreshold, Calibration calibration) {
        int[] colors = new int[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            colors[level] = HeatColors.of((double) level / (LEVELS - 1));
        }
        ScaledMap.Rows rows = map.rows();
        for (int y = 0; y < map.height(); y++) {
            float[] row = rows.read(y);
            for (int x = 0; x < row.length; x++) {
                if (row[x] > pixelThreshold) {
                    float value = (float)
                            Calibration.normalize(row[x], pixelThreshold, calibration.mapMin(), calibration.mapMax());
                    blend(rgb, 3 * (y * row.length + x), value, colors);
                }
            }
        }
    }

    private static void blend(byte[] rgb, int pixel, float normalized, int[] colors) {
        double heat = Math.min(1, Math.max(0, (normalized - THRESHOLD) / (1 - THRESHOLD)));
        int color = colors[(int) Math.round(heat * (LEVELS - 1))];
        double opacity = OPACITY_AT_THRESHOLD + heat * (OPACITY_AT_MAXIMUM - OPACITY_AT_THRESHOLD);
        for (int channel = 0; channel < 3; channel++) {
            int below = rgb[pixel + channel] & 0xFF;
            int above = color >> (16 - 8 * channel) & 0xFF;
            rgb[pixel + channel] = (byte) Math.round(below + opacity * (above - below));
        }
    }

    private static void drawOutline(byte[] rgb, int width, int height, List<Point> polygon, int thickness) {
        for (int i = 0; i < polygon.size(); i++) {
            Point from = polygon.get(i);
            Point to = polygon.get((i + 1) % polygon.size());
            int dx = to.x() - from.x();
            int dy = to.y() - from.y();
            int steps = Math.max(Math.abs(dx), Math.abs(dy));
            for (int step = 0; step <= steps; step++) {
                int x = from.x() + Math.round((float) dx * step / Math.max(1, steps));
                int y = from.y() + Math.round((float) dy * step / Math.max(1, steps));
                stamp(rgb, width, height, x - thickness / 2, y - thickness / 2, thickness, OUTLINE);
            }
        }
    }

    /** Fills a square, moved inside the image where it sticks out. */
    static void stamp(byte[] rgb, int width, int height, int left, int top, int size, int color) {
        int startX = Math.max(0, Math.min(left, width - size));
        int startY = Math.max(0, Math.min(top, height - size));
        for (int y = startY; y < Math.min(startY + size, height); y++) {
            for (int x = startX; x < Math.min(startX + size, width); x++) {
                int i = 3 * (y * width + x);
                rgb[i] = (byte) (color >> 16);
                rgb[i + 1] = (byte) (color >> 8);
                rgb[i + 2] = (byte) color;
            }
        }
    }
}
