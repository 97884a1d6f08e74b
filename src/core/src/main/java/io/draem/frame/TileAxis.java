package io.draem.frame;

import io.draem.image.PixelBytes;

/**
 * Tiles along one side of a frame: where they begin, and how much each counts at each of its pixels.
 *
 * <p>Tiles are spread evenly, the first beginning and the last ending a margin outside the frame, so that neighbors
 * share at least the overlap. A frame that is not longer than a tile is in the middle of one. In an overlap one tile
 * fades out as the other fades in, by sine squared; in the outermost quarter of the overlap, where the padding of the
 * network's convolutions shows, a tile counts for nothing. All weights at a pixel of the frame sum to 1.
 *
 * @param length side of the frame
 * @param tile side of a tile
 * @param starts first pixel of each tile in the frame; below 0 where it is padded
 * @param weights of each tile, for each of its pixels
 */
@SuppressWarnings("ArrayRecordComponent") // private to the package and never compared
record TileAxis(int length, int tile, int[] starts, float[][] weights) {

    /**
     * Computes an axis.
     *
     * @param overlap smallest number of shared pixels, at most half a tile
     * @param margin pixels outside the frame that the tiles cover at each end of it, if it is longer than a tile
     * @param shift more pixels that the first tile begins before the frame, for tests of other cuts
     */
    static TileAxis of(int length, int tile, int overlap, int margin, int shift) {
        int covered = length + shift;
        int span = span(covered, tile, margin);
        int from = -shift - (span - covered) / 2;
        int[] starts = new int[tiles(span, tile, overlap)];
        int last = starts.length - 1;
        for (int k = 0; k < starts.length; k++) {
            starts[k] =
                    last == 0 ? from - (tile - span) / 2 : from + (int) (((long) k * (span - tile) + last / 2) / last);
        }
        return new TileAxis(length, tile, starts, weights(starts, tile));
    }

    /** Returns how many tiles there are, without computing them. */
    static int count(int length, int tile, int overlap, int margin) {
        return tiles(span(length, tile, margin), tile, overlap);
    }

    /** Returns how many pixels the tiles cover: with both margins where one tile is not enough. */
    private static int span(int length, int tile, int margin) {
        return length <= tile ? length : length + 2 * margin;
    }

    private static int tiles(int span, int tile, int overlap) {
        return span <= tile ? 1 : Math.floorDiv(span - overlap - 1, tile - overlap) + 1;
    }

    private static float[][] weights(int[] starts, int tile) {
        int count = starts.length;
        double[] sums = new double[starts[count - 1] + tile - starts[0]];
        double[][] weights = new double[count][tile];
        for (int k = 0; k < count; k++) {
            int before = k == 0 ? 0 : starts[k - 1] + tile - starts[k];
            int after = k == count - 1 ? 0 : starts[k] + tile - starts[k + 1];
            for (int i = 0; i < tile; i++) {
                weights[k][i] = rise(i, before) * rise(tile - 1 - i, after);
                sums[starts[k] - starts[0] + i] += weights[k][i];
            }
        }
        float[][] normalized = new float[count][tile];
        for (int k = 0; k < count; k++) {
            for (int i = 0; i < tile; i++) {
                normalized[k][i] = (float) (weights[k][i] / sums[starts[k] - starts[0] + i]);
            }
        }
        return normalized;
    }

    /** Returns the weight of the pixel that is {@code distance} pixels from the end of a tile. */
    private static double rise(int distance, int overlap) {
        if (overlap <= 0) {
            return 1;
        }
        double margin = overlap / 4.0;
        double along = Math.min(1, Math.max(0, (distance + 0.5 - margin) / (overlap - 2 * margin)));
        double sine = Math.sin(Math.PI / 2 * along);
        return sine * sine;
    }

    int count() {
        return starts.length;
    }

    /** Returns the pixel of the frame that each pixel of a tile shows: its own, or its reflection at the border. */
    int[] sources(int k) {
        return PixelBytes.reflected(starts[k], tile, length);
    }
}
