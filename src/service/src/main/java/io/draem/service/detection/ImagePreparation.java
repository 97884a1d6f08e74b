package io.draem.service.detection;

import io.draem.image.DecodedImage;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageMeasures;
import io.draem.image.ImageTensor;
import io.draem.image.ImageWarning;
import io.draem.image.OpenedImage;
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

    /** Bytes of heap per pixel of the image for all pictures of its size. */
    private static final long PICTURE_BYTES = 14;

    /** Bytes of heap per column of the image for the scaled map, a reader of its rows, and the regions of two rows. */
    private static final long COLUMN_BYTES = 48;

    /** Bytes of heap per pixel of the model for the tensor and the anomaly map. */
    private static final int MODEL_BYTES = 4 * Float.BYTES;

    /** Bytes of heap per pixel of the model for its reconstruction. */
    private static final int RECONSTRUCTION_BYTES = 3 * Float.BYTES;

    /** Bytes of heap per pixel of the model for the picture of its reconstruction: RGB, and the file twice. */
    private static final int RECONSTRUCTION_PICTURE_BYTES = 9;

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
     * @param image the image at its own size; null unless an overlay is drawn
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
     * What it costs to examine an image.
     *
     * @param pixels pixels by its header, in proportion to which it takes time
     * @param bytes bytes of heap that it takes
     */
    record Cost(int pixels, long bytes) {}

    /**
     * Reads the header of an image, once for its cost and its preparation; nothing of it is decoded.
     *
     * @param image encoded bytes; not copied
     */
    OpenedImage open(byte[] image) throws DetectionException {
        if (image.length == 0) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST, "The image is empty: no byte of it was sent");
        }
        try {
            return decoder.open(image);
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
    }

    /**
     * Returns what it costs to examine an image, by its header.
     *
     * <p>The larger of two things counts. The first is to decode the image and to resize it for the model: some rows of
     * it where the format is decoded row by row, otherwise about 3 to 15 bytes of heap per pixel. The second is to make
     * the response, which takes {@value #PICTURE_BYTES} bytes per pixel of the image where pictures of its size are
     * requested.
     */
    static Cost cost(OpenedImage image, Set<Include> include, ModelCard card) {
        ImageHeader header = image.header();
        long preparing = include.contains(Include.OVERLAY)
                ? header.keepingBytes(card.width(), card.height())
                : header.resizingBytes(card.width(), card.height());
        long responding =
                modelBytes(card, include.contains(Include.RECONSTRUCTION)) + COLUMN_BYTES * header.uprightWidth();
        if (include.contains(Include.RECONSTRUCTION)) {
            responding += (long) RECONSTRUCTION_PICTURE_BYTES * card.width() * card.height();
        }
        if (Include.atImageSize(include)) {
            responding += PICTURE_BYTES * header.pixels();
        }
        return new Cost((int) header.pixels(), Math.max(preparing, responding));
    }

    /** Returns what it costs to decode an image and to resize it for a model, by its header. */
    static Cost cost(OpenedImage image, ModelCard card) {
        ImageHeader header = image.header();
        return new Cost((int) header.pixels(), header.resizingBytes(card.width(), card.height()));
    }

    /** Returns the bytes of heap that an image takes in the queue of a model, and its output. */
    static long modelBytes(ModelCard card, boolean reconstruction) {
        return (MODEL_BYTES + (reconstruction ? RECONSTRUCTION_BYTES : 0)) * (long) card.width() * card.height();
    }

    /**
     * Decodes an image and resizes it for a model.
     *
     * @param keepImage whether the image at its own size is needed
     */
    Prepared prepare(OpenedImage encoded, ServedModel model, boolean keepImage) throws DetectionException {
        Timing.Stopwatch stopwatch = new Timing.Stopwatch(System.nanoTime());
        ModelCard card = model.card();
        try {
            if (keepImage) {
                DecodedImage decoded = encoded.decode(card.whiteLevel());
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
            ResizedImage resized = encoded.decodeResized(card.whiteLevel(), card.width(), card.height());
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
