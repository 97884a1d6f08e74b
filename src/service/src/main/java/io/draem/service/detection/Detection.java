package io.draem.service.detection;

import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.service.models.ServedModel;
import java.util.List;
import java.util.Map;

/**
 * The whole answer to a request.
 *
 * @param model the model that answered
 * @param width width of the image in pixels
 * @param height height of the image in pixels
 * @param digest {@code sha256:} and the hexadecimal digest of the bytes that were sent
 * @param input whether the image looks like the model's training images
 * @param warnings what the decoder noticed about the image
 * @param verdict what is said of the image
 * @param outlines whether the caller asked for the outlines of the regions
 * @param pictures PNG files of what was asked for
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

    /** Returns how many bytes the pictures have. */
    long pictureBytes() {
        return pictures.values().stream()
                .mapToLong(picture -> picture.data().length)
                .sum();
    }
}
