package io.draem.trainer.synthesis;

/**
 * Every knob of the synthetic anomalies. {@link #DEFAULTS} are those of the paper's own code, {@code data_loader.py} of
 * <a href="https://github.com/VitjanZ/DRAEM">the official repository</a>, where nothing else is said.
 *
 * @param anomalyProbability share of samples that get an anomaly; default 0.5
 * @param minPerlinScale smallest exponent of two of the noise's cells along a side; default 0 (one cell)
 * @param maxPerlinScale largest such exponent, drawn for each side on its own; default 5 (32 cells; the official
 *     {@code perlin_scale = 6} is the exclusive bound). A smaller image has at most one cell a pixel
 * @param maskThreshold the mask is where the noise lies above; default 0.5
 * @param maskRotation the noise is turned by up to that many degrees either way; default 90
 * @param minBeta smallest share of the normal image that shines through the texture; default 0
 * @param maxBeta largest such share; default 0.8
 * @param augmentersPerTexture how many different augmenters of the ten a texture goes through; default 3
 * @param normalRotationProbability share of normal images that are turned, with black corners; default 0.3; 0 for
 *     products that always lie the same way
 * @param normalRotation they are turned by up to that many degrees either way; default 90
 * @param selfTextureProbability share of anomalies whose texture is another normal image, or another place of the same
 *     one, in place of an anomaly-source image; default 0 (not in the official repository). For defects that show what
 *     belongs elsewhere in the image, as a gap shows the tray below. Pasting from normal images is the idea of CutPaste
 *     (<a href="https://arxiv.org/abs/2104.04015">arXiv 2104.04015</a>, same image) and NSA
 *     (<a href="https://arxiv.org/abs/2109.15222">arXiv 2109.15222</a>, another image)
 * @param selfTextureAugmenters how many augmenters such a texture goes through; default 3 as for any other. CutPaste
 *     changes colours slightly and NSA not at all, which 1 and 0 come closer to
 * @param selfTextureContrast such an anomaly is cut to where it changes the image by at least that much (largest channel,
 *     0 to 1, averaged over the anomaly's pixels within 5×5); default 0.04, ten levels of 255. Else tray pasted on tray
 *     would be labelled an anomaly. NSA labels by the same difference
 */
public record SynthesisOptions(
        double anomalyProbability,
        int minPerlinScale,
        int maxPerlinScale,
        double maskThreshold,
        double maskRotation,
        double minBeta,
        double maxBeta,
        int augmentersPerTexture,
        double normalRotationProbability,
        double normalRotation,
        double selfTextureProbability,
        int selfTextureAugmenters,
        double selfTextureContrast) {

    private static final double SELF_TEXTURE_CONTRAST = 0.04;

    /** The official repository's values. */
    public static final SynthesisOptions DEFAULTS = new SynthesisOptions(0.5, 0, 5, 0.5, 90, 0, 0.8, 3, 0.3, 90, 0, 3);

    public SynthesisOptions {
        requireShare("anomalyProbability", anomalyProbability);
        requireShare("normalRotationProbability", normalRotationProbability);
        requireShare("selfTextureProbability", selfTextureProbability);
        requireShare("selfTextureContrast", selfTextureContrast);
        requireShare("minBeta", minBeta);
        requireShare("maxBeta", maxBeta);
        require(minBeta <= maxBeta, "minBeta must not be above maxBeta", minBeta);
        require(minPerlinScale >= 0, "minPerlinScale must not be negative", minPerlinScale);
        require(
                maxPerlinScale >= minPerlinScale && maxPerlinScale <= 12,
                "maxPerlinScale must lie between minPerlinScale and 12",
                maxPerlinScale);
        require(maskThreshold >= 0 && maskThreshold <= 0.8, "maskThreshold must lie within 0 and 0.8", maskThreshold);
        require(maskRotation >= 0 && maskRotation <= 180, "maskRotation must lie within 0 and 180", maskRotation);
        require(
                normalRotation >= 0 && normalRotation <= 180,
                "normalRotation must lie within 0 and 180",
                normalRotation);
        int augmenters = Augmenter.values().length;
        require(
                augmentersPerTexture >= 0 && augmentersPerTexture <= augmenters,
                "augmentersPerTexture must lie within 0 and " + augmenters,
                augmentersPerTexture);
        require(
                selfTextureAugmenters >= 0 && selfTextureAugmenters <= augmenters,
                "selfTextureAugmenters must lie within 0 and " + augmenters,
                selfTextureAugmenters);
    }

    /** Makes options with the default {@code selfTextureContrast}. */
    public SynthesisOptions(
            double anomalyProbability,
            int minPerlinScale,
            int maxPerlinScale,
            double maskThreshold,
            double maskRotation,
            double minBeta,
            double maxBeta,
            int augmentersPerTexture,
            double normalRotationProbability,
            double normalRotation,
            double selfTextureProbability,
            int selfTextureAugmenters) {
        this(
                anomalyProbability,
                minPerlinScale,
                maxPerlinScale,
                maskThreshold,
                maskRotation,
                minBeta,
                maxBeta,
                augmentersPerTexture,
                normalRotationProbability,
                normalRotation,
                selfTextureProbability,
                selfTextureAugmenters,
                SELF_TEXTURE_CONTRAST);
    }

    public SynthesisOptions withAnomalyProbability(double probability) {
        return new SynthesisOptions(
                probability,
                minPerlinScale,
                maxPerlinScale,
                maskThreshold,
                maskRotation,
                minBeta,
                maxBeta,
                augmentersPerTexture,
                normalRotationProbability,
                normalRotation,
                selfTextureProbability,
                selfTextureAugmenters,
                selfTextureContrast);
    }

    public SynthesisOptions withPerlinScales(int min, int max) {
        return new SynthesisOptions(
                anomalyProbability,
                min,
                max,
                maskThreshold,
                maskRotation,
                minBeta,
                maxBeta,
                augmentersPerTexture,
                normalRotationProbability,
                normalRotation,
                selfTextureProbability,
                selfTextureAugmenters,
                selfTextureContrast);
    }

    public SynthesisOptions withBeta(double min, double max) {
        return new SynthesisOptions(
                anomalyProbability,
                minPerlinScale,
                maxPerlinScale,
                maskThreshold,
                maskRotation,
                min,
                max,
                augmentersPerTexture,
                normalRotationProbability,
                normalRotation,
                selfTextureProbability,
                selfTextureAugmenters,
                selfTextureContrast);
    }

    public SynthesisOptions withNormalRotation(double probability, double degrees) {
        return new SynthesisOptions(
                anomalyProbability,
                minPerlinScale,
                maxPerlinScale,
                maskThreshold,
                maskRotation,
                minBeta,
                maxBeta,
                augmentersPerTexture,
                probability,
                degrees,
                selfTextureProbability,
                selfTextureAugmenters,
                selfTextureContrast);
    }

    public SynthesisOptions withSelfTextures(double probability, int augmenters) {
        return new SynthesisOptions(
                anomalyProbability,
                minPerlinScale,
                maxPerlinScale,
                maskThreshold,
                maskRotation,
                minBeta,
                maxBeta,
                augmentersPerTexture,
                normalRotationProbability,
                normalRotation,
                probability,
                augmenters,
                selfTextureContrast);
    }

    private static void requireShare(String name, double value) {
        require(value >= 0 && value <= 1, name + " must lie within 0 and 1", value);
    }

    private static void require(boolean holds, String message, double value) {
        if (!holds) {
            throw new IllegalArgumentException(message + ", got " + value);
        }
    }
}
