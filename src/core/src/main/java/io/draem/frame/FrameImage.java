package io.draem.frame;

import io.draem.image.DecodedImage;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageTensor;
import io.draem.image.ImageWarning;
import io.draem.image.OpenedImage;
import io.draem.image.ResizedImage;
import io.draem.image.RgbImage;
import io.draem.image.ScaledImage;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An encoded image as a model takes it.
 *
 * @param frame the image's inputs
 * @param image the image at its own size; null if it was not to be kept
 * @param warnings of the decoder
 */
public record FrameImage(Frame frame, @Nullable RgbImage image, List<ImageWarning> warnings) {

    public FrameImage {
        warnings = List.copyOf(warnings);
    }

    /**
     * Decodes an image to the size at which the model takes it.
     *
     * @param plan how the image becomes inputs of the model
     * @param whiteLevel of the model, for deep images
     * @param keep whether the image at its own size is returned too
     * @throws ImageException if it cannot be decoded
     */
    public static FrameImage decode(OpenedImage opened, FramePlan plan, OptionalInt whiteLevel, boolean keep)
            throws ImageException {
        int width = plan.frame().width();
        int height = plan.frame().height();
        if (plan.tiled()) {
            ScaledImage scaled = opened.decodeScaled(whiteLevel, width, height, keep);
            return new FrameImage(Frame.tiled(plan, scaled.scaled()), scaled.image(), scaled.warnings());
        }
        if (keep) {
            DecodedImage decoded = opened.decode(whiteLevel);
            float[] tensor = ImageTensor.of(decoded.image(), width, height);
            return new FrameImage(Frame.whole(plan, tensor), decoded.image(), decoded.warnings());
        }
        ResizedImage resized = opened.decodeResized(whiteLevel, width, height);
        return new FrameImage(Frame.whole(plan, resized.tensor()), null, resized.warnings());
    }

    /**
     * Returns the most bytes of heap that {@link #decode} takes for an image, its result included, in addition to the
     * encoded bytes.
     *
     * @param framing of the model
     * @param input size of the model's input
     * @param keep whether the image at its own size is returned too
     * @throws IllegalArgumentException if the frame of the image is too large
     */
    public static long heapBytes(ImageHeader header, Framing framing, FrameSize input, boolean keep) {
        if (framing.tiling() != null) {
            FrameSize frame = framing.tiling().scale().of(header.uprightWidth(), header.uprightHeight());
            return header.scalingBytes(frame.width(), frame.height(), keep);
        }
        return keep
                ? header.keepingBytes(input.width(), input.height())
                : header.resizingBytes(input.width(), input.height());
    }
}
