package io.draem.overlay;

import io.draem.image.RgbImage;
import io.draem.score.RowMask;

/** Darkens what is outside a region of interest, and draws a white line along its border. */
final class RegionShade {

    private static final int WHITE = 0xFFFFFF;

    // Outside, a channel keeps two fifths of its value.
    private static final int NUMERATOR = 2;
    private static final int DENOMINATOR = 5;

    private final byte[] rgb;
    private final int width;
    private final int height;
    private final int thickness;

    private RegionShade(RgbImage image, int thickness) {
        this.rgb = image.rgb();
        this.width = image.width();
        this.height = image.height();
        this.thickness = thickness;
    }

    /** Draws on the image's own samples; the image's own border is no border of the region. */
    static void draw(RgbImage image, RowMask region, int thickness) {
        RegionShade shade = new RegionShade(image, thickness);
        int[] above = new int[2 * region.maxRuns()];
        int[] bounds = new int[2 * region.maxRuns()];
        for (int y = 0; y < shade.height; y++) {
            shade.darken(y, bounds, region.runs(y, bounds));
        }
        int aboveRuns = 0;
        for (int y = 0; y < shade.height; y++) {
            int runs = region.runs(y, bounds);
            shade.lineSides(y, bounds, runs);
            if (y > 0) {
                shade.lineDifference(y, bounds, runs, above, aboveRuns);
                shade.lineDifference(y - 1, above, aboveRuns, bounds, runs);
            }
            int[] free = above;
            above = bounds;
            bounds = free;
            aboveRuns = runs;
        }
    }

    private void darken(int y, int[] bounds, int runs) {
        int from = 0;
        for (int run = 0; run <= runs; run++) {
            int to = run < runs ? bounds[2 * run] : width;
            for (int i = 3 * (y * width + from); i < 3 * (y * width + to); i++) {
                rgb[i] = (byte) ((rgb[i] & 0xFF) * NUMERATOR / DENOMINATOR);
            }
            from = run < runs ? bounds[2 * run + 1] : width;
        }
    }

    /** Marks the first and the last pixel of each run. */
    private void lineSides(int y, int[] bounds, int runs) {
        for (int run = 0; run < runs; run++) {
            if (bounds[2 * run] > 0) {
                mark(bounds[2 * run], y);
            }
            if (bounds[2 * run + 1] < width) {
                mark(bounds[2 * run + 1] - 1, y);
            }
        }
    }

    /** Marks the pixels of row {@code y} that are in its runs and not in those of a neighboring row. */
    private void lineDifference(int y, int[] bounds, int runs, int[] other, int otherRuns) {
        int next = 0;
        for (int run = 0; run < runs; run++) {
            int x = bounds[2 * run];
            int end = bounds[2 * run + 1];
            while (x < end) {
                while (next < otherRuns && other[2 * next + 1] <= x) {
                    next++;
                }
                int covered = next < otherRuns ? other[2 * next] : width;
                for (; x < Math.min(end, covered); x++) {
                    mark(x, y);
                }
                if (x < end) {
                    x = Math.min(end, other[2 * next + 1]);
                }
            }
        }
    }

    private void mark(int x, int y) {
        AnomalyOverlay.stamp(rgb, width, height, x - thickness / 2, y - thickness / 2, thickness, WHITE);
    }
}
