package io.draem.service.detection;

import io.draem.frame.FrameSize;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.OpenedImage;
import io.draem.overlay.PngWriter;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.RequestContext;
import java.io.IOException;
import java.util.OptionalInt;

/** Makes pictures of stored images for people. No model runs, and no listener of detections is informed. */
public final class ImagePreviews {

    /** Longest side of a picture in pixels. */
    public static final int MOST_SIDE = 1600;

    /** Bytes of heap per pixel of a picture: its samples, those of three channels, and its PNG, which is joined from parts. */
    private static final long PICTURE_BYTES = 12;

    /** They share the threads with the images of the models, as if they were one model's. */
    private static final String WORK = "previews";

    private final ModelRepository models;
    private final ImageDecoder decoder;
    private final MemoryLimits limits;
    private final Admission admission;
    private final PixelBudget pixels;
    private final FairExecutor threads;

    ImagePreviews(
            ModelRepository models,
            ImageDecoder decoder,
            MemoryLimits limits,
            Admission admission,
            PixelBudget pixels,
            FairExecutor threads) {
        this.models = models;
        this.decoder = decoder;
        this.limits = limits;
        this.admission = admission;
        this.pixels = pixels;
        this.threads = threads;
    }

    /** Reads an encoded image. */
    @FunctionalInterface
    public interface Source {

        /** @param most most bytes to take memory for */
        byte[] read(long most) throws IOException;
    }

    /**
     * Returns an image, upright and no longer than {@value #MOST_SIDE} pixels, as an 8-bit PNG.
     *
     * @param model name of the model that examined it, whose white level applies while it is served
     * @param length bytes of the encoded image
     * @param source read once, when there is memory for it
     * @throws DetectionException if it is too large or no image, or there is no memory for it before the deadline
     */
    public byte[] preview(String model, int version, long length, Source source, RequestContext context)
            throws DetectionException, IOException {
        long most = limits.maxBytes().toBytes();
        if (length > most) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The image has " + length + " bytes, more than the limit of " + most + " (draem.memory.budget)");
        }
        if (!admission.tryKeep(length)) {
            throw DetectionException.outOfMemory();
        }
        try {
            return preview(source.read(length), whiteLevel(model, version), context);
        } catch (ImageException e) {
            throw DetectionException.of(e);
        } finally {
            admission.shrink(length);
        }
    }

    private OptionalInt whiteLevel(String model, int version) {
        try {
            return models.require(model, version).card().whiteLevel();
        } catch (ModelSelectionException e) {
            return OptionalInt.empty();
        }
    }

    private byte[] preview(byte[] encoded, OptionalInt whiteLevel, RequestContext context)
            throws DetectionException, ImageException {
        OpenedImage image = decoder.open(encoded);
        ImageHeader header = image.header();
        FrameSize size = ResponsePictures.size(new FrameSize(header.uprightWidth(), header.uprightHeight()), MOST_SIDE);
        long bytes = header.scalingBytes(size.width(), size.height(), false) + PICTURE_BYTES * size.pixels();
        try (PixelBudget.Share share = pixels.take(bytes, "label it without a preview", context)) {
            return ModelQueue.call(threads, WORK, context, (int) header.pixels(), () -> {
                try {
                    return PngWriter.rgb(image.decodeScaled(whiteLevel, size.width(), size.height(), false)
                            .scaled()
                            .toRgb());
                } catch (ImageException e) {
                    throw DetectionException.of(e);
                }
            });
        }
    }
}
