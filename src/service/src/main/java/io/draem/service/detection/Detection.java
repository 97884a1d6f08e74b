package io.draem.service.detection;

import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.service.models.ServedModel;
import java.util.List;
import java.util.Map;

/**
 * Result of examining an image, as the response has it.
 *
 * @param model the model that examined the image
 * @param width width of the image in pixels
 * @param height height of the image in pixels
 * @param digest {@code sha256:} and the hexadecimal digest of the bytes that were sent
 * @param input whether the image looks like the model's training images
 * @param warnings what the decoder noticed about the image
 * @param verdict whether it is anomalous, and where
 * @param outlines whether the client requested the outlines of the regions
 * @param pictures pictures that were requested
 * @param timing where the time went
 */
public record Detection(
        ServedModel model,
        int width,
        int height,
        String digest,
        InputCheck input,
        List<ImageWarning> warnings,
        Verdict verdict,
        boolean outlines,
        Map<Include, Picture> pictures,
        Timing timing) {

    public Detection {
        warnings = List.copyOf(warnings);
        pictures = Map.copyOf(pictures);
    }

    /**
     * A picture that was requested.
     *
     * @param width width in pixels
     * @param height height in pixels
     * @param data a PNG file, or for {@link Include#MAP_FLOAT32} the values alone; not copied
     */
    public record Picture(int width, int height, byte[] data) {}

    /** Returns how many bytes the pictures have. */
    long pictureBytes() {
        return pictures.values().stream()
                .mapToLong(picture -> picture.data().length)
                .sum();
    }
}
