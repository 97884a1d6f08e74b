package io.draem.trainer.synthesis;

import java.util.random.RandomGenerator;

/**
 * Other light on an image: {@code gain·x + offset} in all channels alike, clamped to 0 to 1.
 *
 * @param gain factor of all values
 * @param offset added to them
 */
public record Light(float gain, float offset) {

    /** The light that the image was taken in. */
    static final Light UNCHANGED = new Light(1, 0);

    /**
     * Draws brightness and contrast, each uniform within {@code 1 ± change}, as torchvision's {@code ColorJitter} does:
     * contrast about the mean luma of the image, and here always before brightness and clamped once, after both.
     *
     * @param planes {@code [3, height, width]}, 0 to 1
     */
    static Light draw(double change, float[] planes, RandomGenerator random) {
        float brightness = (float) (1 + change * (2 * random.nextDouble() - 1));
        float contrast = (float) (1 + change * (2 * random.nextDouble() - 1));
        int area = planes.length / 3;
        double luma = 0;
        for (int i = 0; i < area; i++) {
            luma += 0.299f * planes[i] + 0.587f * planes[area + i] + 0.114f * planes[2 * area + i];
        }
        return new Light(brightness * contrast, brightness * (1 - contrast) * (float) (luma / area));
    }

    /** Returns the values in this light, the same array if it is unchanged. */
    float[] applyTo(float[] planes) {
        if (equals(UNCHANGED)) {
            return planes;
        }
        float[] lit = new float[planes.length];
        for (int i = 0; i < lit.length; i++) {
            lit[i] = Math.min(1, Math.max(0, gain * planes[i] + offset));
        }
        return lit;
    }
}
