package io.draem.service.detection;

import io.draem.image.DecodedImage;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageMeasures;
import io.draem.image.ImageTensor;
import io.draem.image.ImageWarning;
import io.draem.image.ResizedImage;
import io.draem.image.RgbImage;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns encoded images into what a model takes. */
final class ImagePreparation {

    private static final long PICTURE_BYTES = 14;

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
     * @param width pixels in a row of the image
     * @param height rows of the image
     * @param image the image at its own size; null unless it was asked for
     * @param pixels {@code [3, height, width]} at the model's size, RGB, 0 to 1
     * @param input whether it looks like the model's training images
     * @param warnings what the decoder noticed
     */
    record Prepared(
            int width,
            int height,
            @Nullable RgbImage image,
            float[] pixels,
            InputCheck input,
            List<ImageWarning> warnings,
            Duration decode,
            Duration preprocess) {}

    /**
     * What an image costs.
     *
     * @param pixels pixels by its header, which the time for it grows with
     * @param share pixels of the {@link PixelBudget} for the heap that it takes
     */
    record Cost(int pixels, int share) {}

    /**
     * Returns what an image costs by its header; nothing of it is decoded.
     *
     * <p>Where pictures of the image's own size are asked for, {@value #PICTURE_BYTES} bytes of heap per pixel are counted
     * for the image and its pictures, which leaves an eighth of the budget to others if the largest image has them. Otherwise
     * it is what decoding to the model's size takes, which is far less.
     */
    Cost cost(byte[] image, Set<Include> include, ModelCard card) throws DetectionException {
        if (image.length == 0) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST, "The image is empty: no byte of it was sent");
        }
        try {
            ImageHeader header = decoder.readHeader(image);
            long bytes = header.resizingBytes(card.width(), card.height());
            if (Include.atImageSize(include)) {
                bytes = Math.max(PICTURE_BYTES * header.pixels(), Math.max(bytes, header.decodingBytes()));
            }
            long share = 1 + bytes / PixelBudget.BYTES;
            return new Cost((int) header.pixels(), (int) Math.min(Integer.MAX_VALUE, share));
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
    }

    /**
     * Decodes an image and resizes it for a model.
     *
     * @param keepImage whether the image at its own size is needed
     */
    Prepared prepare(byte[] encoded, ServedModel model, boolean keepImage) throws DetectionException {
        Stopwatch stopwatch = new Stopwatch(System.nanoTime());
        ModelCard card = model.card();
        try {
            if (keepImage) {
                DecodedImage decoded = decoder.decode(encoded, card.whiteLevel());
                Duration decode = stopwatch.lap();
                RgbImage image = decoded.image();
                float[] pixels = ImageTensor.of(image, card.width(), card.height());
                InputCheck input = check(model, pixels, decoded.warnings());
                return new Prepared(
                        image.width(),
                        image.height(),
                        image,
                        pixels,
                        input,
                        decoded.warnings(),
                        decode,
                        stopwatch.lap());
            }
            ResizedImage resized = decoder.decodeResized(encoded, card.whiteLevel(), card.width(), card.height());
            Duration decode = stopwatch.lap().minus(resized.resizing());
            InputCheck input = check(model, resized.tensor(), resized.warnings());
            return new Prepared(
                    resized.width(),
                    resized.height(),
                    null,
                    resized.tensor(),
                    input,
                    resized.warnings(),
                    decode,
                    resized.resizing().plus(stopwatch.lap()));
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
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
