package io.draem.trainer.evaluation;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.image.ImageMask;
import io.draem.image.PixelBytes;
import io.draem.model.ModelCard;
import io.draem.trainer.data.FrameFile;
import io.draem.trainer.data.ImageFiles;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.evaluation.metrics.MaskedDefect;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Labelled files as an evaluation set. Masks are resized to the frame's size by nearest neighbor, as anomalib does: all
 * figures are at the size at which the network sees the images.
 *
 * @param images files with their labels
 * @param framing how the model takes images
 * @param input size of the model's input
 * @param whiteLevel of the model, for deep images
 */
public record FrameImages(List<LabelledImage> images, Framing framing, FrameSize input, OptionalInt whiteLevel)
        implements EvaluationSet {

    /** Returns the images as a model takes them. */
    public static FrameImages of(List<LabelledImage> images, ModelCard card) {
        return new FrameImages(images, card.framing(), card.input(), card.whiteLevel());
    }

    /**
     * Returns the frame of an image that has the frame's size already.
     *
     * @param framing of the model, with tiles
     */
    public static Frame frame(PixelBytes scaled, Framing framing, FrameSize tile) {
        return Frame.tiled(plan(new FrameSize(scaled.width(), scaled.height()), framing, tile), scaled);
    }

    /** Returns how such an image is cut. */
    public static FramePlan plan(FrameSize scaled, Framing framing, FrameSize tile) {
        Tiling tiling = Objects.requireNonNull(framing.tiling(), "tiling");
        Framing unscaled = new Framing(
                new Tiling(FrameScale.ONE, tiling.overlap(), tiling.margin()),
                framing.score(),
                framing.region(),
                framing.requestRegion());
        return FramePlan.of(unscaled, tile, scaled.width(), scaled.height(), null);
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public EvaluationImage load(int index) throws IOException {
        LabelledImage image = images.get(index);
        Frame frame = FrameFile.read(image.file(), framing, input, whiteLevel, null, false, FrameFile.Observer.NONE)
                .frame();
        FramePlan plan = frame.plan();
        FrameSize size = plan.frame();
        if (image.mask() == null) {
            boolean[] normal = image.anomalous() ? null : new boolean[size.pixels()];
            return new EvaluationImage(image.id(), image.defect(), frame, normal);
        }
        ImageMask mask = ImageFiles.readMask(image.mask(), image.maskColors());
        return new EvaluationImage(
                image.id(),
                image.defect(),
                frame,
                mask.resized(size.width(), size.height()),
                MaskedDefect.of(mask, plan.region(mask.width(), mask.height())));
    }
}
