package io.draem.service.detection;

import io.draem.image.DecodedImage;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageMeasures;
import io.draem.image.ImageTensor;
import io.draem.image.ImageWarning;
import io.draem.image.RgbImage;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Turns encoded images into what a model takes. */
final class ImagePreparation {

    private final ImageDecoder decoder;
    private final DetectionListener listener;
    private final DetectionProperties.UnusualInput unusualInput;

    ImagePreparation(ImageDecoder decoder, DetectionListener listener, DetectionProperties.UnusualInput unusualInput) {
        this.decoder = decoder;
        this.listener = listener;
        this.unusualInput = unusualInput;
    }

    /**
     * An image as a model takes it.
     *
     * @param image the image at its own size
     * @param pixels {@code [3, height, width]} at the model's size, RGB, 0 to 1
     * @param input whether it looks like the model's training images
     * @param warnings what the decoder noticed
     */
    record Prepared(
            RgbImage image,
            float[] pixels,
            InputCheck input,
            List<ImageWarning> warnings,
            Duration decode,
            Duration preprocess) {}

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
        ModelCard card = model.card();
        DecodedImage decoded;
        try {
            decoded = decoder.decode(encoded, card.whiteLevel());
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
        Duration decode = stopwatch.lap();
        float[] pixels = ImageTensor.of(decoded.image(), card.width(), card.height());
        InputCheck input = check(model, pixels, decoded.warnings());
        return new Prepared(decoded.image(), pixels, input, decoded.warnings(), decode, stopwatch.lap());
    }

    /**
     * Returns whether an image looks like the model's training images, and reports it to the listener.
     *
     * @param pixels {@code [3, height, width]} at the model's size, RGB, 0 to 1
     * @param warnings what the decoder noticed about it
     * @throws DetectionException if it does not and such images are refused
     */
    InputCheck check(ServedModel model, float[] pixels, List<ImageWarning> warnings) throws DetectionException {
        ModelCard card = model.card();
        ImageMeasures measures = ImageMeasures.of(pixels, card.width(), card.height());
        InputCheck input = InputCheck.of(card.images(), measures);
        listener.prepared(model, measures, input, warnings);
        if (!input.usual() && unusualInput == DetectionProperties.UnusualInput.REFUSE) {
            throw new DetectionException.Rejected(
                    Outcome.UNUSUAL_INPUT,
                    "The image does not look like the training images of " + model.name() + ": "
                            + input.reasons().stream()
                                    .map(InputCheck.Reason::toString)
                                    .collect(Collectors.joining(", "))
                            + ". Check light, exposure and focus of the camera, and send another image");
        }
        return input;
    }
}
