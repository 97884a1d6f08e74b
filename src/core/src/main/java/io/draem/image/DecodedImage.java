package io.draem.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A decoded image and the properties of its samples.
 *
 * @param image the upright image, 8-bit RGB
 * @param samples the samples as stored, and how they became 8 bits
 * @param warnings conditions that may make the pixels other than intended, in the order found
 */
public record DecodedImage(RgbImage image, SampleRange samples, List<ImageWarning> warnings) {

    public DecodedImage {
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(samples, "samples");
        warnings = List.copyOf(warnings);
    }

    /** Returns the image with more warnings. */
    DecodedImage with(List<ImageWarning> more) {
        List<ImageWarning> all = new ArrayList<>(warnings);
        all.addAll(more);
        return new DecodedImage(image, samples, all);
    }
}
