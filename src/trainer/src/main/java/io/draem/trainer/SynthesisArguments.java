package io.draem.trainer;

import io.draem.trainer.synthesis.Augmenter;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of the synthetic anomalies. */
final class SynthesisArguments {

    @Option(names = "--anomaly-probability", defaultValue = "0.5", description = "Share of samples with an anomaly")
    double anomalyProbability;

    @Option(
            names = "--beta",
            defaultValue = "0,0.8",
            split = ",",
            arity = "1",
            description = "Smallest and largest share of the image that shines through the texture")
    List<Double> beta = List.of();

    @Option(
            names = "--perlin-scales",
            defaultValue = "0,5",
            split = ",",
            arity = "1",
            description = "Smallest and largest exponent of two of the Perlin noise's scale")
    List<Integer> perlinScales = List.of();

    @Option(
            names = "--perlin-threshold",
            defaultValue = "0.5",
            description = "An anomaly is where the Perlin noise lies above")
    double perlinThreshold;

    @Option(
            names = "--mask-rotation",
            defaultValue = "90",
            description = "Most degrees that the Perlin noise is turned by, either way")
    double maskRotation;

    @Option(
            names = "--augmenters-per-texture",
            defaultValue = "3",
            description = "Different augmenters that a texture goes through")
    int augmentersPerTexture;

    @Option(
            names = "--augmenters",
            defaultValue = "gamma-contrast,brightness,sharpness,hue-and-saturation,solarize,posterize,invert,"
                    + "auto-contrast,equalize,rotate",
            split = ",",
            description = "Augmenters to choose from")
    List<Augmenter> augmenters = List.of();

    @Option(
            names = "--rotate-normals",
            defaultValue = "0.3",
            description = "Share of normal images that are rotated; 0 for products that always lie alike")
    double rotateNormals;

    @Option(
            names = "--rotation-degrees",
            defaultValue = "90",
            description = "Most degrees that a normal image is rotated by, either way")
    double rotationDegrees;

    @Option(
            names = "--self-textures",
            defaultValue = "0",
            description = "Share of anomalies whose texture is cut from normal images (arXiv 2104.04015, 2109.15222)")
    double selfTextures;

    @Option(
            names = "--self-texture-augmenters",
            defaultValue = "3",
            description = "Augmenters that such a texture goes through")
    int selfTextureAugmenters;

    @Option(
            names = "--self-texture-contrast",
            defaultValue = "0.04",
            description = "Such an anomaly is cut to where it changes the image by that much, 0 to 1")
    double selfTextureContrast;

    @Option(
            names = "--strokes",
            defaultValue = "0",
            description =
                    "Share of anomalies that are thin strokes, as cracks and scratches are (arXiv 2104.04015: scar)")
    double strokes;

    @Option(
            names = "--edge-softness",
            defaultValue = "0",
            paramLabel = "PIXELS",
            description = "Anomalies fade out over up to about that many pixels (arXiv 2109.15222: seamless)")
    int edgeSoftness;

    @Option(
            names = "--tones",
            defaultValue = "0",
            description = "Share of anomalies that are the image itself, darker or lighter")
    double tones;

    @Option(names = "--match-grey", description = "Textures lose their colour on grey images")
    boolean matchGrey;

    @Option(
            names = "--over-grain",
            defaultValue = "0",
            description = "Anomalies are cut to where they change the image by that many times its own grain; 0 for not"
                    + " at all")
    double overGrain;

    SynthesisOptions synthesis() {
        if (perlinScales.size() != 2 || beta.size() != 2) {
            throw new IllegalArgumentException("--perlin-scales and --beta take two values, as in 0,5");
        }
        return new SynthesisOptions(
                anomalyProbability,
                new SynthesisOptions.Perlin(perlinScales.get(0), perlinScales.get(1), perlinThreshold, maskRotation),
                new SynthesisOptions.Beta(beta.get(0), beta.get(1)),
                new SynthesisOptions.Augmenters(augmentersPerTexture, augmenters),
                new SynthesisOptions.NormalRotation(rotateNormals, rotationDegrees),
                new SynthesisOptions.SelfTextures(selfTextures, selfTextureAugmenters, selfTextureContrast),
                new SynthesisOptions.Shapes(strokes, edgeSoftness),
                new SynthesisOptions.Appearance(tones, matchGrey, overGrain));
    }
}
