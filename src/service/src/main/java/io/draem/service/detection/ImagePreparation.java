package io.draem.service.detection;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.image.DecodedImage;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageMeasures;
import io.draem.image.ImageTensor;
import io.draem.image.ImageWarning;
import io.draem.image.OpenedImage;
import io.draem.image.ResizedImage;
import io.draem.image.RgbImage;
import io.draem.image.ScaledImage;
import io.draem.model.InputCheck;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
     * @param image the image at its own size; null unless an overlay is drawn
     * @param frame what the model's inputs are cut from
     * @param input whether it looks like the model's training images
     * @param warnings what the decoder noticed
     */
    record Prepared(
            @Nullable RgbImage image,
            Frame frame,
            InputCheck input,
            List<ImageWarning> warnings,
            Duration decode,
            Duration preprocess) {

        /**
         * Returns how long an image waited for a thread.
         *
         * @param since {@link System#nanoTime()} when it was passed to the threads for images
         */
        Duration waited(long since) {
            return Duration.ofNanos(System.nanoTime() - since).minus(decode).minus(preprocess);
        }
    }

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
     * Decodes an image and resizes it for a model.
     *
     * @param plan how it becomes inputs of the model
     * @param keepImage whether the image at its own size is needed
     */
    Prepared prepare(OpenedImage encoded, FramePlan plan, ServedModel model, boolean keepImage)
            throws DetectionException {
        try {
            if (plan.tiled()) {
                return scaled(encoded, plan, model, keepImage);
            }
            return keepImage ? kept(encoded, plan, model) : resized(encoded, plan, model);
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
    }

    private Prepared kept(OpenedImage encoded, FramePlan plan, ServedModel model)
            throws ImageException, DetectionException {
        Timing.Stopwatch stopwatch = new Timing.Stopwatch(System.nanoTime());
        DecodedImage decoded = encoded.decode(model.card().whiteLevel());
        Duration decode = stopwatch.lap();
        RgbImage image = decoded.image();
        FrameSize size = plan.input();
        Frame frame = Frame.whole(plan, ImageTensor.of(image, size.width(), size.height()));
        InputCheck input = check(model, frame, decoded.warnings());
        return new Prepared(image, frame, input, decoded.warnings(), decode, stopwatch.lap());
    }

    private Prepared resized(OpenedImage encoded, FramePlan plan, ServedModel model)
            throws ImageException, DetectionException {
        Timing.Stopwatch stopwatch = new Timing.Stopwatch(System.nanoTime());
        FrameSize size = plan.input();
        ResizedImage resized = encoded.decodeResized(model.card().whiteLevel(), size.width(), size.height());
        Duration decode = stopwatch.lap().minus(resized.resizing());
        Frame frame = Frame.whole(plan, resized.tensor());
        InputCheck input = check(model, frame, resized.warnings());
        return new Prepared(
                null,
                frame,
                input,
                resized.warnings(),
                decode,
                resized.resizing().plus(stopwatch.lap()));
    }

    private Prepared scaled(OpenedImage encoded, FramePlan plan, ServedModel model, boolean keepImage)
            throws ImageException, DetectionException {
        Timing.Stopwatch stopwatch = new Timing.Stopwatch(System.nanoTime());
        FrameSize size = plan.frame();
        ScaledImage scaled = encoded.decodeScaled(model.card().whiteLevel(), size.width(), size.height(), keepImage);
        Duration decode = stopwatch.lap().minus(scaled.resizing());
        Frame frame = Frame.tiled(plan, scaled.scaled());
        InputCheck input = check(model, frame, scaled.warnings());
        return new Prepared(
                scaled.image(),
                frame,
                input,
                scaled.warnings(),
                decode,
                scaled.resizing().plus(stopwatch.lap()));
    }

    /** Returns a tensor that a request brings as the network takes it. */
    Prepared ofTensor(float[] values, ServedModel model) throws DetectionException {
        Timing.Stopwatch stopwatch = new Timing.Stopwatch(System.nanoTime());
        Frame frame = Frame.whole(FrameAdmission.ofTensor(model.card()), values);
        InputCheck input = check(model, frame, List.of());
        return new Prepared(null, frame, input, List.of(), Duration.ZERO, stopwatch.lap());
    }

    /**
     * Returns whether an image looks like the model's training images, and reports it to the listener.
     *
     * @param warnings what the decoder noticed about it
     * @throws DetectionException if it does not and such images are refused
     */
    private InputCheck check(ServedModel model, Frame frame, List<ImageWarning> warnings) throws DetectionException {
        ImageMeasures measures = frame.measures();
        InputCheck input = InputCheck.of(model.card().images(), measures);
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
