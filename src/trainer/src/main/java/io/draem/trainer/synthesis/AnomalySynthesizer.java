package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.NormalSource.Normal;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Adds synthetic anomalies to normal images: a Perlin mask, a texture changed by random augmenters, and the blend
 * {@code I(1 − M) + (1 − β)·A·M + β·I·M}. It is immutable and thread-safe: a sample depends on the generator alone.
 *
 * @see <a href="https://arxiv.org/abs/2108.07610">Zavrtanik, Kristan, Skočaj: DRÆM, 2021, section 3.3</a>
 */
public final class AnomalySynthesizer {

    // An empty mask, one in twenty with the defaults, is drawn again; this many in a row mean that options exclude any.
    private static final int MASK_DRAWS = 1000;

    // An anomaly that is not visible on the image is drawn again, and finally replaced by another kind.
    private static final int VISIBLE_DRAWS = 10;

    private final SynthesisOptions options;
    private final int width;
    private final int height;
    private final TextureSource textures;
    private final TextureSource selfTextures;
    private final TextureSource tones;

    /**
     * Makes a synthesizer for one size of image.
     *
     * @param normals the normal training images of that size, which self-textures come from
     * @param textures anomaly-source images of that size; null for noise textures
     */
    public AnomalySynthesizer(
            SynthesisOptions options,
            int width,
            int height,
            NormalSource normals,
            @Nullable ImageSource<RgbImage> textures) {
        if (textures != null && textures.size() == 0) {
            throw new IllegalArgumentException("An anomaly source needs at least one image");
        }
        this.options = options;
        this.width = width;
        this.height = height;
        this.textures = textures == null
                ? TextureSource.noise(width, height, options.perlin())
                : TextureSource.images(textures);
        this.selfTextures = TextureSource.normals(normals, width, height);
        this.tones = TextureSource.tones(width, height);
    }

    private AnomalySynthesizer(SynthesisOptions options, AnomalySynthesizer other) {
        this.options = options;
        this.width = other.width;
        this.height = other.height;
        this.textures = other.textures;
        this.selfTextures = other.selfTextures;
        this.tones = other.tones;
    }

    /** Returns the same synthesizer with normal images neither rotated nor in other light. */
    public AnomalySynthesizer withoutNormalAugmentation() {
        return new AnomalySynthesizer(options.with(NormalAugmentation.NONE), this);
    }

    /** Returns the options. */
    public SynthesisOptions options() {
        return options;
    }

    /** Returns the width of its samples. */
    public int width() {
        return width;
    }

    /** Returns the height of its samples. */
    public int height() {
        return height;
    }

    /**
     * Returns a sample of the image, clean or anomalous at random.
     *
     * @param normal whose pixels are the sample's {@code clean} if they are not changed
     */
    public Sample synthesize(Normal normal, RandomGenerator random) {
        return synthesize(normal, random.nextDouble() < options.anomalyProbability(), random);
    }

    /** Returns a clean or an anomalous sample of the image; a clean one if an anomaly may be nowhere. */
    public Sample synthesize(Normal normal, boolean anomalous, RandomGenerator random) {
        int values = normal.pixels().length;
        if (values != 3 * width * height) {
            throw new IllegalArgumentException(
                    "An image of 3x" + height + "x" + width + " is needed, got " + values + " values");
        }
        NormalAugmentation changes = options.normals();
        Normal clean = changes.light() > 0 ? normal.withRandomLight(changes.light(), random) : normal;
        if (random.nextDouble() < changes.rotated()) {
            clean = clean.rotated(width, height, angle(changes.degrees(), random));
        }
        if (!anomalous || clean.inside() != null && Inside.isEmpty(clean.inside())) {
            return new Sample(clean.pixels(), clean.pixels(), new float[width * height], false);
        }
        double choice = random.nextDouble();
        double selfShare = options.selfTextures().probability();
        double toneShare = options.appearance().tones();
        Sample sample = null;
        if (choice < selfShare) {
            sample = visible(clean, selfTextures, options.selfTextures().augmenters(), random);
        }
        // On a surface of noise alone no self-texture is visible: it is replaced by a tone, if tones are enabled.
        if (sample == null && toneShare > 0 && choice < selfShare + toneShare) {
            sample = visible(clean, tones, 0, random);
        }
        if (sample == null && options.appearance().overGrain() > 0) {
            sample = visible(clean, textures, options.augmenters().count(), random);
        }
        return sample != null
                ? sample
                : blend(clean, draw(clean, textures, options.augmenters().count(), random));
    }

    /** Returns an anomaly limited to its visible pixels; null if none of several draws is visible. */
    private @Nullable Sample visible(Normal clean, TextureSource source, int augmenters, RandomGenerator random) {
        Visibility visibility = Visibility.on(
                clean.pixels(),
                width,
                height,
                options.selfTextures().contrast(),
                options.appearance().overGrain());
        for (int draw = 0; draw < VISIBLE_DRAWS; draw++) {
            Anomaly anomaly = draw(clean, source, augmenters, random);
            if (visibility.cut(anomaly.mask(), anomaly.texture(), 1 - anomaly.beta())) {
                return blend(clean, anomaly);
            }
        }
        return null;
    }

    /**
     * An anomaly before it is blended in.
     *
     * @param mask zeros and ones
     * @param texture {@code [3, height, width]}
     * @param beta share of the image
     * @param softness pixels over which the edge fades
     */
    private record Anomaly(float[] mask, float[] texture, float beta, int softness) {}

    private Anomaly draw(Normal clean, TextureSource source, int augmenters, RandomGenerator random) {
        float[] mask = clean.inside() == null
                ? shape(random)
                : Inside.limited(clean.inside(), width, () -> shape(random), random);
        RgbImage texture = source.draw(clean, random);
        for (Augmenter augmenter :
                Augmenter.choose(augmenters, options.augmenters().among(), random)) {
            texture = augmenter.apply(texture, random);
        }
        if (options.appearance().matchGray() && ColorShift.isGray(clean.pixels())) {
            texture = ColorShift.gray(texture);
        }
        SynthesisOptions.Beta bounds = options.beta();
        float beta = (float) (bounds.min() + (bounds.max() - bounds.min()) * random.nextDouble());
        int most = options.shapes().edgeSoftness();
        int softness = most > 0 ? random.nextInt(most + 1) : 0;
        return new Anomaly(mask, Pixels.toTensor(texture), beta, softness);
    }

    private float[] shape(RandomGenerator random) {
        double strokes = options.shapes().strokes();
        // Disabled options draw no random numbers, so that the paper's anomalies do not depend on them.
        return strokes > 0 && random.nextDouble() < strokes ? Strokes.mask(width, height, random) : mask(random);
    }

    /** Returns the sample; its mask holds the anomaly's own shape, and where its edge fades {@link SoftEdges#label}. */
    private Sample blend(Normal normal, Anomaly anomaly) {
        float[] clean = normal.pixels();
        float[] mask = anomaly.mask();
        if (anomaly.softness() == 0) {
            return sample(normal, blend(clean, anomaly.texture(), mask, anomaly.beta()), mask);
        }
        float[] opacity = SoftEdges.opacity(mask, width, height, anomaly.softness());
        if (normal.inside() != null) {
            Inside.cut(opacity, normal.inside());
        }
        float[] augmented = blend(clean, anomaly.texture(), opacity, anomaly.beta());
        return sample(normal, augmented, SoftEdges.label(opacity, augmented, clean));
    }

    /** Returns an anomalous sample whose reflection shows the anomaly too, as that of a frame with a defect does. */
    private static Sample sample(Normal normal, float[] augmented, float[] label) {
        normal.reflect(augmented);
        normal.reflect(label);
        return new Sample(normal.pixels(), augmented, label, true);
    }

    /** Returns {@code I(1 − M) + (1 − β)·A·M + β·I·M} for a mask from 0 to 1. */
    static float[] blend(float[] image, float[] texture, float[] mask, float beta) {
        float[] blended = image.clone();
        for (int plane = 0; plane < image.length; plane += mask.length) {
            for (int i = 0; i < mask.length; i++) {
                if (mask[i] > 0) {
                    int at = plane + i;
                    float share = (1 - beta) * mask[i];
                    blended[at] = share * texture[at] + (1 - share) * image[at];
                }
            }
        }
        return blended;
    }

    private float[] mask(RandomGenerator random) {
        for (int draw = 0; draw < MASK_DRAWS; draw++) {
            float[] noise = TextureSource.perlin(random, width, height, options.perlin());
            noise = Rotation.rotateNoise(
                    noise, width, height, angle(options.perlin().rotation(), random));
            boolean empty = true;
            for (int i = 0; i < noise.length; i++) {
                boolean inside = noise[i] > options.perlin().threshold();
                noise[i] = inside ? 1 : 0;
                empty &= !inside;
            }
            if (!empty) {
                return noise;
            }
        }
        throw new IllegalStateException("No Perlin noise came above --perlin-threshold "
                + options.perlin().threshold() + " in " + MASK_DRAWS + " draws: lower it");
    }

    private static double angle(double limit, RandomGenerator random) {
        return limit * (2 * random.nextDouble() - 1);
    }
}
