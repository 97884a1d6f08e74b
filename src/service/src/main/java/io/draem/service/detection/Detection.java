package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.service.models.ServedModel;
import java.util.List;
import java.util.Map;

/**
 * Result of examining an image, as the response has it.
 *
 * @param model the model that examined the image
 * @param plan how the image became inputs of the network: its size, the tiles, and the part of it that counts
 * @param requestedRegion whether the region of interest, if there is one, is the request's own and not the model's
 * @param digest {@code sha256:} and the hexadecimal digest of the bytes that were sent
 * @param input whether the image looks like the model's training images
 * @param warnings what the decoder noticed about the image
 * @param verdict whether it is anomalous, and where
 * @param outlines whether the client requested the outlines of the regions
 * @param tiles whether the client requested the tiles
 * @param pictures pictures that were requested
 * @param timing where the time went
 */
public record Detection(
        ServedModel model,
        FramePlan plan,
        boolean requestedRegion,
        String digest,
        InputCheck input,
        List<ImageWarning> warnings,
        Verdict verdict,
        boolean outlines,
        boolean tiles,
        Map<Include, Picture> pictures,
        Timing timing) {

    public Detection {
        warnings = List.copyOf(warnings);
        pictures = Map.copyOf(pictures);
    }

    /** Returns the width of the image in pixels. */
    public int width() {
        return plan.image().width();
    }

    /** Returns the height of the image in pixels. */
    public int height() {
        return plan.image().height();
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
