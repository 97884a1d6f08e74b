package io.draem.trainer.synthesis;

import java.util.random.RandomGenerator;

/**
 * Gradient noise on a grid of unit vectors, with Perlin's quintic fade and scaled by √2 to about -1 to 1.
 *
 * <p>As in the official repository ({@code perlin.py}) and anomalib ({@code generate_perlin_noise}): the grid spans the
 * next powers of two of height and width, and the noise is cut to size from its top left corner.
 *
 * @see <a href="https://doi.org/10.1145/566654.566636">K. Perlin, Improving Noise, 2002 (the fade)</a>
 */
final class PerlinNoise {

    private static final float SQRT_2 = (float) Math.sqrt(2);

    private PerlinNoise() {}

    /**
     * Returns noise with gradients in uniformly random directions.
     *
     * @param cellsDown grid cells along the height (anomalib's {@code scale_x}), a power of two
     * @param cellsAcross grid cells along the width (anomalib's {@code scale_y}), a power of two
     */
    static float[] noise(RandomGenerator random, int height, int width, int cellsDown, int cellsAcross) {
        float[] angles = new float[(cellsDown + 1) * (cellsAcross + 1)];
        for (int i = 0; i < angles.length; i++) {
            angles[i] = (float) (2 * Math.PI * random.nextDouble());
        }
        return noise(angles, height, width, cellsDown, cellsAcross);
    }

    /**
     * Returns the noise of given gradients.
     *
     * @param angles directions in radians, {@code [cellsDown + 1, cellsAcross + 1]}; 0 points down, π/2 to the right
     * @return {@code [height, width]}, row-major
     * @throws IllegalArgumentException if the cells do not divide the padded size or the angles are not that many
     */
    static float[] noise(float[] angles, int height, int width, int cellsDown, int cellsAcross) {
        int rowsInCell = pixelsInCell("height", height, cellsDown);
        int columnsInCell = pixelsInCell("width", width, cellsAcross);
        int vertices = cellsAcross + 1;
        if (angles.length != (cellsDown + 1) * vertices) {
            throw new IllegalArgumentException("A grid of " + cellsDown + "x" + cellsAcross + " cells needs "
                    + (cellsDown + 1) * vertices + " angles, got " + angles.length);
        }
        float[] down = new float[angles.length];
        float[] right = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            down[i] = (float) Math.cos(angles[i]);
            right[i] = (float) Math.sin(angles[i]);
        }
        float[] offsets = new float[columnsInCell];
        float[] fades = new float[columnsInCell];
        for (int x = 0; x < columnsInCell; x++) {
            offsets[x] = (float) x / columnsInCell;
            fades[x] = fade(offsets[x]);
        }
        float[] noise = new float[Math.multiplyExact(height, width)];
        // Within a row the share of each vertex, already faded downwards, is linear in the column: base + slope * x.
        float[] base = new float[vertices];
        float[] slope = new float[vertices];
        for (int y = 0; y < height; y++) {
            int above = y / rowsInCell * vertices;
            int below = above + vertices;
            float ty = (float) (y % rowsInCell) / rowsInCell;
            float fy = fade(ty);
            for (int v = 0; v < vertices; v++) {
                base[v] = lerp(ty * down[above + v], (ty - 1) * down[below + v], fy);
                slope[v] = lerp(right[above + v], right[below + v], fy);
            }
            int row = y * width;
            for (int cell = 0, start = 0; start < width; cell++, start += columnsInCell) {
                int end = Math.min(columnsInCell, width - start);
                for (int x = 0; x < end; x++) {
                    float left = base[cell] + slope[cell] * offsets[x];
                    float rightward = base[cell + 1] + slope[cell + 1] * (offsets[x] - 1);
                    noise[row + start + x] = SQRT_2 * lerp(left, rightward, fades[x]);
                }
            }
        }
        return noise;
    }

    /** Returns the exponent of the next power of two that is not below {@code size}. */
    static int paddedExponent(int size) {
        return 32 - Integer.numberOfLeadingZeros(size - 1);
    }

    private static int pixelsInCell(String side, int size, int cells) {
        if (size < 1 || Integer.bitCount(cells) != 1 || cells < 1 || cells > 1 << paddedExponent(size)) {
            throw new IllegalArgumentException("Cells along the " + side + " must be a power of two and at most the "
                    + side + ", got " + cells + " for " + size);
        }
        return (1 << paddedExponent(size)) / cells;
    }

    private static float fade(float t) {
        return t * t * t * (t * (t * 6 - 15) + 10);
    }

    private static float lerp(float from, float to, float share) {
        return from + share * (to - from);
    }
}
