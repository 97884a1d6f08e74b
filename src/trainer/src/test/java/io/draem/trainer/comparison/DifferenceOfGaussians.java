package io.draem.trainer.comparison;

import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.image.PixelBytes;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.trainer.data.DataSplit;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.FrameImages;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.network.MapSmoothing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/**
 * The baseline without learning: the absolute difference of the gray image under Gaussians of 1 and 4 pixels, at 128x128,
 * smoothed by 2. The score of an image is the maximum. What does not exceed it anywhere is not worth a training.
 */
final class DifferenceOfGaussians implements AnomalyDetector {

    static final String NAME = "difference-of-gaussians";

    /** Everything that its figures depend on. */
    static final String OPTIONS = "side 128, sigma 1 and 4, smoothed by 2, maximum, quantile 0.99 of held-out 0.2";

    private static final FrameSize INPUT = FrameSize.square(128);
    private static final double HELD_OUT = 0.2; // the default of the trainer

    private final float[] narrow = new MapSmoothing(1).kernel();
    private final float[] wide = new MapSmoothing(4).kernel();
    private final float[] smoothing = new MapSmoothing(2).kernel();

    /**
     * Returns the figures on the test images, in the form of {@code metrics.json}. The threshold comes from the normal
     * images that a training with this seed holds out, by the same rule.
     */
    static ObjectNode figures(Path data, long seed) throws IOException {
        DataSplit split = DataSplit.of(Dataset.open(data), ValidationSplit.SYNTHETIC, HELD_OUT, seed);
        FrameDetector detector = new FrameDetector(new DifferenceOfGaussians(), FrameScore.GRAPH);
        Calibration calibration = Calibrator.calibrate(Scores.of(images(split.heldOut()), detector), true);
        return Evaluation.figures(Scores.of(images(split.test()), detector), calibration);
    }

    private static FrameImages images(List<LabelledImage> images) {
        return new FrameImages(images, Framing.WHOLE, INPUT, OptionalInt.empty());
    }

    @Override
    public List<ModelOutput> detect(float[] images, int count) {
        List<ModelOutput> outputs = new ArrayList<>(count);
        int pixels = INPUT.pixels();
        for (int image = 0; image < count; image++) {
            float[] gray = new float[pixels];
            for (int i = 0; i < pixels; i++) {
                int red = 3 * image * pixels + i;
                gray[i] = 0.299f * images[red] + 0.587f * images[red + pixels] + 0.114f * images[red + 2 * pixels];
            }
            float[] near = blurred(gray, narrow);
            float[] far = blurred(gray, wide);
            for (int i = 0; i < pixels; i++) {
                near[i] = Math.abs(near[i] - far[i]);
            }
            AnomalyMap map = new AnomalyMap(INPUT.width(), INPUT.height(), blurred(near, smoothing));
            outputs.add(new ModelOutput(map.max(), map, null));
        }
        return outputs;
    }

    /** Returns an image under a separable kernel; outside the image its pixels are mirrored at the outermost ones. */
    private static float[] blurred(float[] image, float[] kernel) {
        return alongRows(alongRows(image, kernel), kernel);
    }

    /** Returns the transposed image under the kernel along its rows, so that two of these calls restore the orientation. */
    private static float[] alongRows(float[] image, float[] kernel) {
        int side = INPUT.width();
        int radius = kernel.length / 2;
        int[] sources = PixelBytes.reflected(-radius, side + 2 * radius, side);
        float[] result = new float[image.length];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double sum = 0;
                for (int k = 0; k < kernel.length; k++) {
                    sum += kernel[k] * image[y * side + sources[x + k]];
                }
                result[x * side + y] = (float) sum;
            }
        }
        return result;
    }
}
