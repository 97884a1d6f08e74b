package io.draem.service.detection;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.service.models.ServedModel;
import java.time.Duration;

/** Turns encoded images into what a model takes. */
final class ImagePreparation {

    private final ImageDecoder decoder;
    private final DetectionListener listener;

    ImagePreparation(ImageDecoder decoder, DetectionListener listener) {
        this.decoder = decoder;
        this.listener = listener;
    }

    /**
     * An image as a model takes it.
     *
     * @param image the image at its own size
     * @param pixels {@code [3, height, width]} at the model's size, RGB, 0 to 1
     */
    record Prepared(RgbImage image, float[] pixels, Duration decode, Duration preprocess) {}

    /** Returns how many pixels an image claims to have; nothing of it is decoded. */
    int countPixels(byte[] image) throws DetectionException {
        if (image.length == 0) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST, "The image is empty: no byte of it was sent");
        }
        try {
            ImageHeader header = decoder.readHeader(image);
            return header.width() * header.height();
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
    }

    /** Decodes an image and resizes it for a model. */
    Prepared prepare(byte[] encoded, ServedModel model) throws DetectionException {
        Stopwatch stopwatch = new Stopwatch(System.nanoTime());
        RgbImage image;
        try {
            image = decoder.decode(encoded).image();
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
        Duration decode = stopwatch.lap();
        ModelCard card = model.card();
        float[] pixels = ImageTensor.of(image, card.width(), card.height());
        listener.prepared(model, pixels);
        return new Prepared(image, pixels, decode, stopwatch.lap());
    }
}
