package io.draem.trainer.data;

import io.draem.frame.FrameImage;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.OpenedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads image files as a model takes them. */
public final class FrameFile {

    private FrameFile() {}

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
    public static FrameImage read(
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
            return FrameImage.heapBytes(header, framing, input, keep);
        };
        try {
            return ImageFiles.decoded(file, heapBytes, (decoder, bytes) -> {
                observer.content(bytes);
                OpenedImage opened = decoder.open(bytes);
                ImageHeader header = opened.header();
                FramePlan plan = FramePlan.of(framing, input, header.uprightWidth(), header.uprightHeight(), requested);
                return FrameImage.decode(opened, plan, whiteLevel, keep);
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
}
