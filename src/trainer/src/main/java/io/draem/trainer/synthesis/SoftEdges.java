package io.draem.trainer.synthesis;

/** Opacity of an anomaly that fades out over its edge. */
final class SoftEdges {

    // 13 of 255 levels: above the noise of a camera and the error of a JPEG, below what a person overlooks. A part of a
    // fading edge that changes the image by more must not be labeled normal.
    private static final float VISIBLE_CHANGE = 0.05f;

    private SoftEdges() {}

    /**
     * Returns the largest of {@code min(1, 2 · blur(mask))} over several radii from 0 to the given one, a blur being two
     * box means of {@code 2 · radius + 1} pixels each way: 1 on every pixel of the mask, however thin it is there, and
     * fading outwards over up to {@code 2 · radius} pixels. A thin part fades faster than a thick one, because its wider
     * blurs are faint.
     *
     * @param mask zeros and ones
     */
    static float[] opacity(float[] mask, int width, int height, int radius) {
        float[] opacity = mask.clone();
        for (int scale = radius; scale > 0; scale /= 2) {
            float[] blurred = mask;
            for (int pass = 0; pass < 2; pass++) {
                blurred = mean(blurred, width, height, scale, 1, width);
                blurred = mean(blurred, height, width, scale, width, 1);
            }
            for (int i = 0; i < opacity.length; i++) {
                opacity[i] = Math.max(opacity[i], Math.min(1, 2 * blurred[i]));
            }
        }
        return opacity;
    }

    /**
     * Returns the pixels of an anomaly with that opacity, as ones and zeros: those with at least half of it, and those that it
     * changes by more than {@link #VISIBLE_CHANGE} in any channel.
     *
     * @param augmented the image with the anomaly, {@code [3, height, width]}
     * @param clean the image without it
     */
    static float[] label(float[] opacity, float[] augmented, float[] clean) {
        float[] label = new float[opacity.length];
        for (int i = 0; i < label.length; i++) {
            boolean labeled = opacity[i] >= 0.5f;
            for (int at = i; !labeled && at < clean.length; at += label.length) {
                labeled = Math.abs(augmented[at] - clean[at]) > VISIBLE_CHANGE;
            }
            label[i] = labeled ? 1 : 0;
        }
        return label;
    }

    /** Returns the means along one direction; outside the image the value is that of the nearest pixel. */
    private static float[] mean(float[] values, int length, int lines, int radius, int stride, int lineStride) {
        float[] means = new float[values.length];
        for (int line = 0; line < lines; line++) {
            int start = line * lineStride;
            for (int i = 0; i < length; i++) {
                float sum = 0;
                for (int d = -radius; d <= radius; d++) {
                    sum += values[start + stride * Math.max(0, Math.min(length - 1, i + d))];
                }
                means[start + stride * i] = sum / (2 * radius + 1);
            }
        }
        return means;
    }
}
