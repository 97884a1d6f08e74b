package io.draem.trainer.evaluation;

import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.Sample;

/**
 * Held-out normal images with and without synthetic anomalies, to validate with where no labelled defect may be used: each
 * image alternately unchanged and with an anomaly, the same for the same seed. Samples are made when they are asked
 * for.
 */
public final class SyntheticImages implements EvaluationSet {

    /** Defect type of an image with a synthetic anomaly. */
    public static final String SYNTHETIC = "synthetic";

    /** Fewer would make the figures of a handful of held-out images jump about. */
    private static final int SAMPLES = 64;

    private final ImageSource<float[]> heldOut;
    private final AnomalySynthesizer synthesizer;
    private final int samplesPerImage;
    private final long seed;

    private SyntheticImages(ImageSource<float[]> heldOut, AnomalySynthesizer synthesizer, long seed) {
        this.heldOut = heldOut;
        this.synthesizer = synthesizer;
        this.samplesPerImage = 2 * Math.max(1, (SAMPLES / 2 + heldOut.size() - 1) / heldOut.size());
        this.seed = seed;
    }

    /** Returns the set over held-out images, {@code [3, height, width]} each. */
    public static EvaluationSet of(ImageSource<float[]> heldOut, AnomalySynthesizer synthesizer, long seed) {
        return new SyntheticImages(heldOut, synthesizer, seed);
    }

    @Override
    public int size() {
        return heldOut.size() * samplesPerImage;
    }

    @Override
    public EvaluationImage load(int index) {
        Sample sample = BatchLoader.validationSample(heldOut, synthesizer, samplesPerImage, seed, index);
        boolean[] mask = new boolean[sample.mask().length];
        for (int pixel = 0; pixel < mask.length; pixel++) {
            mask[pixel] = sample.mask()[pixel] > 0.5f;
        }
        int source = index / samplesPerImage;
        return new EvaluationImage(
                sample.anomalous() ? "held-out " + source + ", anomaly " + index : "held-out " + source,
                sample.anomalous() ? SYNTHETIC : EvaluationImage.GOOD,
                sample.augmented(),
                mask);
    }
}
