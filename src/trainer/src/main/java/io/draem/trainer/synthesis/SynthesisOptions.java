package io.draem.trainer.synthesis;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The options of the synthetic anomalies. Defaults are those of the paper's code, {@code data_loader.py} of
 * <a href="https://github.com/VitjanZ/DRAEM">the official repository</a>, unless stated otherwise. Invalid values are
 * refused with an {@link IllegalArgumentException} that names the command line's option.
 *
 * @param anomalyProbability share of samples that get an anomaly; default 0.5
 * @param perlin the noise that the masks come from
 * @param beta weight of the normal image in the texture; default 0 to 0.8
 * @param augmenters augmenters of textures
 * @param normals changes of normal images
 * @param selfTextures textures cut from normal images
 * @param shapes shapes of masks other than noise
 * @param appearance appearance of anomalies other than textures
 */
public record SynthesisOptions(
        double anomalyProbability,
        Perlin perlin,
        Beta beta,
        Augmenters augmenters,
        @JsonProperty("normalRotation") NormalAugmentation normals,
        SelfTextures selfTextures,
        Shapes shapes,
        Appearance appearance) {

    /** The official repository's values. */
    public static final SynthesisOptions DEFAULTS = new SynthesisOptions(
            0.5,
            new Perlin(0, 5, 0.5, 90),
            new Beta(0, 0.8),
            new Augmenters(3, List.of(Augmenter.values())),
            new NormalAugmentation(0.3, 90, 0),
            new SelfTextures(0, 3, 0.04),
            new Shapes(0, 0),
            new Appearance(0, false, 0));

    /**
     * The noise that a mask is cut from.
     *
     * @param minScale smallest exponent of two of the noise's cells along a side; default 0 (one cell)
     * @param maxScale largest such exponent, drawn for each side on its own; default 5 (32 cells; the official
     *     {@code perlin_scale = 6} is the exclusive bound). A smaller image has at most one cell per pixel
     * @param threshold the mask is where the noise exceeds it; default 0.5
     * @param rotation the noise is rotated by up to this many degrees in either direction; default 90
     */
    public record Perlin(int minScale, int maxScale, double threshold, double rotation) {

        private static final int MAX_SCALE = 12; // 4096 cells: more than the pixels of any side

        public Perlin {
            require(minScale >= 0, "--perlin-scales must not be negative", minScale);
            require(
                    maxScale >= minScale && maxScale <= MAX_SCALE,
                    "--perlin-scales must rise and end at " + MAX_SCALE + " or below",
                    minScale + "," + maxScale);
            require(threshold >= 0 && threshold <= 0.8, "--perlin-threshold must be from 0 to 0.8", threshold);
            requireDegrees("--mask-rotation", rotation);
        }
    }

    /**
     * The weight of the normal image in an anomaly, drawn uniformly between two bounds.
     *
     * @param min smallest share
     * @param max largest share
     */
    public record Beta(double min, double max) {

        public Beta {
            require(0 <= min && min <= max && max <= 1, "--beta must rise within 0 and 1", min + "," + max);
            require(min < 1, "--beta must begin below 1, or no anomaly changes the image", min + "," + max);
        }
    }

    /**
     * The augmenters that textures go through.
     *
     * @param count number of distinct augmenters applied to a texture; default 3
     * @param among augmenters to draw from; default all ten
     */
    public record Augmenters(int count, List<Augmenter> among) {

        public Augmenters {
            Set<Augmenter> different = EnumSet.noneOf(Augmenter.class);
            different.addAll(among);
            among = List.copyOf(different);
            requireCount("--augmenters-per-texture", count, among.size());
        }
    }

    /**
     * Anomalies whose texture is another normal image, or another part of the same one, instead of an anomaly-source
     * image (not in the official repository). Use it when defects resemble other parts of the image, such as a missing
     * piece that exposes the background. Pasting from normal images is the idea of CutPaste (<a
     * href="https://arxiv.org/abs/2104.04015">arXiv 2104.04015</a>, same image) and NSA (<a
     * href="https://arxiv.org/abs/2109.15222">arXiv 2109.15222</a>, another image).
     *
     * @param probability share of anomalies with such a texture; default 0
     * @param augmenters number of augmenters applied to such a texture; default 3 as for any other. 1 is closer to
     *     CutPaste, which changes colors slightly, and 0 to NSA, which does not
     * @param contrast smallest change of the image at which a pixel of such an anomaly is kept (largest channel, 0 to
     *     1, averaged over the anomaly's pixels within 5×5); default 0.04, ten levels of 255. Otherwise background
     *     pasted on background would be labeled an anomaly. NSA labels by the same difference
     */
    public record SelfTextures(double probability, int augmenters, double contrast) {

        public SelfTextures {
            requireShare("--self-textures", probability);
            requireCount("--self-texture-augmenters", augmenters, Augmenter.values().length);
            requireShare("--self-texture-contrast", contrast);
        }
    }

    /**
     * Masks other than the paper's, and their edges.
     *
     * @param strokes share of anomalies whose mask is one to three thin strokes instead of Perlin noise; default 0. For
     *     cracks, scratches and threads: CutPaste's "scar" (<a href="https://arxiv.org/abs/2104.04015">arXiv
     *     2104.04015</a>) that bends and tapers
     * @param edgeSoftness largest width of the fading edge of an anomaly; default 0. Real defects have no edge of
     *     one pixel by which the network could detect them, and NSA (<a href="https://arxiv.org/abs/2109.15222">arXiv 2109.15222</a>)
     *     blends seamlessly for that reason. The label holds every pixel that changes visibly
     */
    public record Shapes(double strokes, int edgeSoftness) {

        private static final int MAX_SOFTNESS = 16;

        public Shapes {
            requireShare("--strokes", strokes);
            require(
                    edgeSoftness >= 0 && edgeSoftness <= MAX_SOFTNESS,
                    "--edge-softness must be from 0 to " + MAX_SOFTNESS,
                    edgeSoftness);
        }
    }

    /**
     * Anomalies that resemble the product more than a foreign texture does.
     *
     * @param tones share of anomalies that are the image itself, darker, lighter or, unless it is gray, in another
     *     color; default 0. For stains, shadows and cracks
     * @param matchGray whether a texture loses its color on a gray image, where color alone would reveal it; default
     *     no
     * @param overGrain an anomaly keeps only pixels whose change is at least this multiple of the difference between image
     *     regions a few pixels apart, and is drawn again if less than a third is left; default 0, which keeps all.
     *     Otherwise noise pasted on noise, or a hardly visible texture, would be labeled an anomaly
     */
    public record Appearance(double tones, boolean matchGray, double overGrain) {

        public Appearance {
            requireShare("--tones", tones);
            require(overGrain >= 0 && overGrain <= 100, "--over-grain must be from 0 to 100", overGrain);
        }
    }

    public SynthesisOptions {
        requireShare("--anomaly-probability", anomalyProbability);
        require(
                selfTextures.probability() + appearance.tones() <= 1,
                "--self-textures and --tones must be at most 1 together",
                selfTextures.probability() + appearance.tones());
        if (selfTextures.probability() > 0) {
            requireCount(
                    "--self-texture-augmenters",
                    selfTextures.augmenters(),
                    augmenters.among().size());
        }
    }

    public SynthesisOptions with(Beta other) {
        return new SynthesisOptions(
                anomalyProbability, perlin, other, augmenters, normals, selfTextures, shapes, appearance);
    }

    public SynthesisOptions with(NormalAugmentation other) {
        return new SynthesisOptions(
                anomalyProbability, perlin, beta, augmenters, other, selfTextures, shapes, appearance);
    }

    public SynthesisOptions with(SelfTextures other) {
        return new SynthesisOptions(anomalyProbability, perlin, beta, augmenters, normals, other, shapes, appearance);
    }

    public SynthesisOptions with(Shapes other) {
        return new SynthesisOptions(
                anomalyProbability, perlin, beta, augmenters, normals, selfTextures, other, appearance);
    }

    public SynthesisOptions with(Appearance other) {
        return new SynthesisOptions(anomalyProbability, perlin, beta, augmenters, normals, selfTextures, shapes, other);
    }

    public SynthesisOptions withAnomalyProbability(double other) {
        return new SynthesisOptions(other, perlin, beta, augmenters, normals, selfTextures, shapes, appearance);
    }

    static void requireShare(String option, double value) {
        require(value >= 0 && value <= 1, option + " must be from 0 to 1", value);
    }

    static void requireDegrees(String option, double value) {
        require(value >= 0 && value <= 180, option + " must be from 0 to 180", value);
    }

    private static void requireCount(String option, int count, int augmenters) {
        require(count >= 0 && count <= augmenters, option + " must be from 0 to " + augmenters, count);
    }

    static void require(boolean holds, String rule, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }
}
