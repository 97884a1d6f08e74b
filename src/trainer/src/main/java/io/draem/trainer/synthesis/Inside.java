package io.draem.trainer.synthesis;

import io.draem.score.RowMask;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Limits masks of anomalies to a part of the image; masks and parts are ones and zeros. */
final class Inside {

    /** Reciprocal of the smallest share of a mask, or of the part, that a useful anomaly covers. */
    private static final int LEAST_SHARE = 10;

    private static final int DRAWS = 10;

    private Inside() {}

    /** Returns a part of an image as ones and zeros. */
    static float[] of(RowMask region) {
        float[] inside = new float[region.width() * region.height()];
        Arrays.fill(inside, 1);
        int[] bounds = new int[2 * region.maxRuns()];
        for (int y = 0; y < region.height(); y++) {
            region.clearOutside(y, inside, y * region.width(), bounds);
        }
        return inside;
    }

    /** Returns what is inside of a mask: of one that has enough there, or finally of one that is moved there. */
    static float[] limited(float[] inside, int width, Supplier<float[]> masks, RandomGenerator random) {
        float[] mask = masks.get();
        for (int draw = 1; draw < DRAWS && !holdsEnough(inside, mask); draw++) {
            mask = masks.get();
        }
        if (!holdsEnough(inside, mask)) {
            mask = moved(mask, inside, width, random);
        }
        cut(mask, inside);
        return mask;
    }

    /** Returns whether a tenth of a mask, or as much as a tenth of the part, is inside. */
    private static boolean holdsEnough(float[] inside, float[] mask) {
        int marked = 0;
        int counted = 0;
        int both = 0;
        for (int i = 0; i < mask.length; i++) {
            marked += mask[i] > 0 ? 1 : 0;
            counted += inside[i] > 0 ? 1 : 0;
            both += mask[i] > 0 && inside[i] > 0 ? 1 : 0;
        }
        return both > 0 && LEAST_SHARE * both >= Math.min(marked, counted);
    }

    /** Returns whether there is no pixel inside. */
    static boolean isEmpty(float[] inside) {
        return count(inside) == 0;
    }

    /** Sets what is outside to 0. */
    static void cut(float[] values, float[] inside) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= inside[i];
        }
    }

    /** Returns a mask moved, and wrapped around, so that a random pixel of it is on a random one inside. */
    private static float[] moved(float[] mask, float[] inside, int width, RandomGenerator random) {
        int height = mask.length / width;
        int from = pixel(mask, random);
        int to = pixel(inside, random);
        int dx = Math.floorMod(to % width - from % width, width);
        int dy = Math.floorMod(to / width - from / width, height);
        float[] moved = new float[mask.length];
        for (int y = 0; y < height; y++) {
            int row = (y + dy) % height * width;
            System.arraycopy(mask, y * width, moved, row + dx, width - dx);
            System.arraycopy(mask, y * width + width - dx, moved, row, dx);
        }
        return moved;
    }

    private static int count(float[] mask) {
        int count = 0;
        for (float value : mask) {
            count += value > 0 ? 1 : 0;
        }
        return count;
    }

    private static int pixel(float[] mask, RandomGenerator random) {
        int left = random.nextInt(count(mask));
        int i = 0;
        while (mask[i] == 0 || left-- > 0) {
            i++;
        }
        return i;
    }
}
