package io.draem.trainer.tracking;

import io.draem.image.RgbImage;
import io.draem.overlay.PngWriter;

/**
 * A picture of a training.
 *
 * @param name what it shows, the same at each step; letters, digits, '-' and '/'
 * @param png the file
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Picture(String name, int width, int height, byte[] png) {

    /** Encodes a picture. */
    public static Picture of(String name, RgbImage image) {
        return new Picture(name, image.width(), image.height(), PngWriter.rgb(image));
    }
}
