package io.draem.frame;

import io.draem.image.RgbImage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The reconstruction of a frame that is cut. Only as many rows as a tile has are blended as floats at a time: the rows
 * above the next tile are final.
 */
final class ReconstructionRows {

    private static final int CHANNELS = 3;

    private final FramePlan plan;
    private final int width;
    private final int height;
    /** Sums of the rows from {@code done} on, row {@code y} at {@code y % ringRows}. */
    private final float[][] ring;

    private final int ringRows;
    private final byte @Nullable [] rgb;
    private final float @Nullable [] planes;
    private int done;

    ReconstructionRows(FramePlan plan, boolean picture) {
        this.plan = plan;
        this.width = plan.frame().width();
        this.height = plan.frame().height();
        this.ringRows = Math.min(height, plan.input().height());
        this.ring = new float[CHANNELS][ringRows * width];
        int values = Math.multiplyExact(CHANNELS, plan.frame().pixels());
        this.rgb = picture ? new byte[values] : null;
        this.planes = picture ? null : new float[values];
    }

    void add(int input, float[] tile) {
        int left = plan.left(input);
        int top = plan.top(input);
        finish(Math.max(0, top));
        int tileWidth = plan.input().width();
        int tileHeight = plan.input().height();
        float[] across = plan.columns().weights()[plan.column(input)];
        float[] down = plan.rows().weights()[plan.row(input)];
        int from = Math.max(0, -left);
        int length = Math.min(tileWidth, width - left) - from;
        for (int y = Math.max(0, -top); y < Math.min(tileHeight, height - top); y++) {
            int out = (top + y) % ringRows * width + left + from;
            for (int channel = 0; channel < CHANNELS; channel++) {
                int at = (channel * tileHeight + y) * tileWidth + from;
                FrameBlender.addRow(tile, at, across, from, down[y], ring[channel], out, length);
            }
        }
    }

    /** Takes the rows above {@code end}, which no further tile changes. */
    private void finish(int end) {
        for (; done < end; done++) {
            int row = done % ringRows * width;
            for (int channel = 0; channel < CHANNELS; channel++) {
                float[] sums = ring[channel];
                if (planes != null) {
                    System.arraycopy(sums, row, planes, (channel * height + done) * width, width);
                } else if (rgb != null) {
                    for (int x = 0; x < width; x++) {
                        float value = Math.min(1f, Math.max(0f, sums[row + x]));
                        rgb[CHANNELS * (done * width + x) + channel] = (byte) Math.round(value * 255f);
                    }
                }
                Arrays.fill(sums, row, row + width, 0);
            }
        }
    }

    @Nullable
    RgbImage picture() {
        finish(height);
        return rgb == null ? null : new RgbImage(width, height, rgb);
    }

    float @Nullable [] planes() {
        finish(height);
        return planes;
    }
}
