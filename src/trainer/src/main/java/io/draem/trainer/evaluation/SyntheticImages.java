package io.draem.trainer.evaluation;

import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.Sample;
import java.util.ArrayList;
import java.util.List;

/** Held-out normal images with and without synthetic anomalies, to validate with where no labelled defect may be used. */
public final class SyntheticImages {

    /** What stands as defect type of an image with a synthetic anomaly. */
    public static final String SYNTHETIC = "synthetic";

    /** Fewer would make the figures of a handful of held-out images jump about. */
    private static final int SAMPLES = 64;

    private SyntheticImages() {}

    /** Returns each image turn and turn about as it is and with a synthetic anomaly, the same for the same seed. */
    public static EvaluationSet of(ImageSource<float[]> heldOut, AnomalySynthesizer synthesizer, long seed) {
        int pairs = Math.max(1, (SAMPLES / 2 + heldOut.size() - 1) / heldOut.size());
        List<Sample> samples = BatchLoader.validation(heldOut, synthesizer, 2 * pairs, seed);
        List<EvaluationImage> images = new ArrayList<>(samples.size());
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            boolean[] mask = new boolean[sample.mask().length];
            for (int pixel = 0; pixel < mask.length; pixel++) {
                mask[pixel] = sample.mask()[pixel] > 0.5f;
            }
            int source = i / (2 * pairs);
            images.add(new EvaluationImage(
                    sample.anomalous() ? "held-out " + source + ", anomaly " + i : "held-out " + source,
                    sample.anomalous() ? SYNTHETIC : EvaluationImage.GOOD,
                    sample.augmented(),
                    mask));
        }
        return EvaluationSet.of(images);
    }
}
