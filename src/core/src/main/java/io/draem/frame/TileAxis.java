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
        return length + shift <= tile
                ? at(length, tile, overlap, -shift, length + shift)
                : at(length, tile, overlap, -shift - margin, length + shift + 2 * margin);
    }

    /** Returns how many tiles there are, without computing them. */
    static int count(int length, int tile, int overlap, int margin) {
        return length <= tile ? 1 : tiles(length + 2 * margin, tile, overlap);
    }

    private static int tiles(int span, int tile, int overlap) {
        return span <= tile ? 1 : Math.floorDiv(span - overlap - 1, tile - overlap) + 1;
    }

    /** Spreads tiles over a span that begins at a pixel of the frame. */
    private static TileAxis at(int length, int tile, int overlap, int from, int span) {
        int count = tiles(span, tile, overlap);
        int[] starts = new int[count];
        if (count == 1) {
            starts[0] = from - (tile - span) / 2;
        } else {
            for (int k = 0; k < count; k++) {
                starts[k] = from + (int) (((long) k * (span - tile) + (count - 1) / 2) / (count - 1));
            }
        }
        return new TileAxis(length, tile, starts, weights(starts, tile));
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
