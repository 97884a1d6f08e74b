package io.draem.trainer.synthesis;

/** Opacity of an anomaly that fades out over its edge. */
final class SoftEdges {

    private SoftEdges() {}

    /**
     * Returns {@code min(1, 2 · blur(mask))}, the blur being two box means of {@code 2 · radius + 1} pixels each way: 1 at
     * the mask's edge and inside, fading outwards, and above one half on a line that is one pixel wide.
     */
    static float[] opacity(float[] mask, int width, int height, int radius) {
        float[] opacity = mask;
        for (int pass = 0; pass < 2; pass++) {
            opacity = mean(opacity, width, height, radius, 1, width);
            opacity = mean(opacity, height, width, radius, width, 1);
        }
        for (int i = 0; i < opacity.length; i++) {
            opacity[i] = Math.min(1, 2 * opacity[i]);
        }
        return opacity;
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
