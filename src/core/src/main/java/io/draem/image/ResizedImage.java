package io.draem.image;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * An image at the size that a network takes, without the pixels at its own size.
 *
 * @param width pixels in a row of the upright image
 * @param height rows of the upright image
 * @param tensor {@code [3, height, width]} at the network's size, RGB, 0 to 1, as {@link ImageTensor} gives it; not
 *     copied
 * @param resizing the part of the decoding time that resizing took
 * @param samples the samples as stored, and how they became 8 bits
 * @param warnings conditions that may make the pixels other than intended, in the order found
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ResizedImage(
        int width, int height, float[] tensor, Duration resizing, SampleRange samples, List<ImageWarning> warnings) {

    public ResizedImage {
        Objects.requireNonNull(tensor, "tensor");
        Objects.requireNonNull(samples, "samples");
        warnings = List.copyOf(warnings);
    }
}
