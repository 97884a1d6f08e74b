package io.draem.trainer.data;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.image.DecodedImage;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageTensor;
import io.draem.image.ImageWarning;
import io.draem.image.OpenedImage;
import io.draem.image.ResizedImage;
import io.draem.image.RgbImage;
import io.draem.image.ScaledImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The image of a file as a model takes it.
 *
 * @param frame the image's inputs
 * @param image the image at its own size; null if it was not to be kept
 * @param warnings of the decoder
 */
public record FrameFile(Frame frame, @Nullable RgbImage image, List<ImageWarning> warnings) {

    /** Is called while a file is read, on the thread that reads it. */
    public interface Observer {

        /** Sees nothing. */
        Observer NONE = new Observer() {};

        /**
         * Called with the number of pixels before memory is taken to decode them. It may block; the bytes of the file, which
         * are in memory then, continue to count against the memory for files that are being read.
         */
        default void opened(long pixels) {}

        /** Called with the bytes of the file, from which the image is decoded afterwards. */
        default void content(byte[] bytes) {}
    }

    /**
     * Reads a file.
     *
     * @param framing of the model
     * @param input size of the model's input
     * @param whiteLevel of the model, for deep images
     * @param requested region of interest in place of the model's own; null for the model's own
     * @param keep whether the image at its own size is returned too
     * @param observer called while the file is read
     * @throws DatasetException if it is no image, or not one that the model takes; the message names the file
     */
    public static FrameFile read(
            Path file,
            Framing framing,
            FrameSize input,
            OptionalInt whiteLevel,
            @Nullable RegionOfInterest requested,
            boolean keep,
            Observer observer)
            throws IOException {
        ImageFiles.HeapBytes heapBytes = header -> {
            observer.opened(header.pixels());
            return heapBytes(header, framing, input, keep);
        };
        try {
            return ImageFiles.decoded(file, heapBytes, (decoder, bytes) -> {
                observer.content(bytes);
                OpenedImage opened = decoder.open(bytes);
                ImageHeader header = opened.header();
                FramePlan plan = FramePlan.of(framing, input, header.uprightWidth(), header.uprightHeight(), requested);
                return of(opened, plan, whiteLevel, keep);
            });
        } catch (ImageException | IllegalArgumentException e) {
            throw new DatasetException(file + ": " + e.getMessage());
        }
    }

    /**
     * Returns how the upright image of a file is taken, with the model's own region of interest.
     *
     * @param image size of it
     * @throws DatasetException if the model does not take it; the message names the file
     */
    public static FramePlan plan(Path file, Framing framing, FrameSize input, FrameSize image) throws DatasetException {
        try {
            return FramePlan.of(framing, input, image.width(), image.height(), null);
        } catch (IllegalArgumentException e) {
            throw new DatasetException(file + ": " + e.getMessage());
        }
    }

    private static FrameFile of(OpenedImage opened, FramePlan plan, OptionalInt whiteLevel, boolean keep)
            throws ImageException {
        int width = plan.frame().width();
        int height = plan.frame().height();
        if (plan.tiled()) {
            ScaledImage scaled = opened.decodeScaled(whiteLevel, width, height, keep);
            return new FrameFile(Frame.tiled(plan, scaled.scaled()), scaled.image(), scaled.warnings());
        }
        if (keep) {
            DecodedImage decoded = opened.decode(whiteLevel);
            float[] tensor = ImageTensor.of(decoded.image(), width, height);
            return new FrameFile(Frame.whole(plan, tensor), decoded.image(), decoded.warnings());
        }
        ResizedImage resized = opened.decodeResized(whiteLevel, width, height);
        return new FrameFile(Frame.whole(plan, resized.tensor()), null, resized.warnings());
    }

    private static long heapBytes(ImageHeader header, Framing framing, FrameSize input, boolean keep) {
        if (framing.tiling() != null) {
            FrameSize frame = framing.tiling().scale().of(header.uprightWidth(), header.uprightHeight());
            return header.scalingBytes(frame.width(), frame.height(), keep);
        }
        return keep
                ? header.keepingBytes(input.width(), input.height())
                : header.resizingBytes(input.width(), input.height());
    }
}
