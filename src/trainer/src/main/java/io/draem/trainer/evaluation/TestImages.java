package io.draem.trainer.evaluation;

import io.draem.image.ImageTensor;
import io.draem.trainer.data.ImageFiles;
import io.draem.trainer.data.LabelledImage;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Labelled files as an evaluation set. Masks are resized to the model's size by nearest neighbour, as anomalib
 * does: all figures are at the model's size.
 *
 * @param images files with their labels
 * @param width of the model's input
 * @param height of the model's input
 * @param whiteLevel of the model, for deep images
 */
public record TestImages(List<LabelledImage> images, int width, int height, OptionalInt whiteLevel)
        implements EvaluationSet {

    /** Reads deep images by their full range. */
    public TestImages(List<LabelledImage> images, int width, int height) {
        this(images, width, height, OptionalInt.empty());
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public EvaluationImage load(int index) throws IOException {
        LabelledImage image = images.get(index);
        float[] pixels =
                ImageTensor.of(ImageFiles.decode(image.file(), whiteLevel).image(), width, height);
        return new EvaluationImage(image.id(), image.defect(), pixels, mask(image));
    }

    private boolean @Nullable [] mask(LabelledImage image) throws IOException {
        if (image.mask() != null) {
            return ImageFiles.readMask(image.mask(), image.maskColors()).resized(width, height);
        }
        return image.anomalous() ? null : new boolean[width * height];
    }
}
