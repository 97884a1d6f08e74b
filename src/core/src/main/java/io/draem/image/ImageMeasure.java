package io.draem.image;

import java.util.Locale;

/** Measures of an image, compared with those of the training images to detect unusual input. */
public enum ImageMeasure {
    /** Mean luma (ITU-R BT.601), 0 to 1: lamps, exposure. */
    BRIGHTNESS,
    /** Standard deviation of the luma, 0 to 0.5: exposure, fog, an empty scene. */
    CONTRAST,
    /**
     * Standard deviation of the luma's Laplacian (four neighbors, inner pixels): focus, dirt on the lens, vibration.
     */
    SHARPNESS,
    /** Mean difference between the largest and the smallest channel, 0 to 1: how colorful the image is. */
    SATURATION,
    /** Mean of red minus mean of blue, -1 to 1: color temperature of lamps, white balance. */
    WARMTH,
    /** Mean of green minus the mean of red and blue, -1 to 1: white balance. */
    TINT;

    /** Returns the name in metadata and metrics. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
