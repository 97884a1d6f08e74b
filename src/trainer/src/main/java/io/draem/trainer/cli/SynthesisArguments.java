package io.draem.trainer.cli;

import io.draem.trainer.synthesis.Augmenter;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.util.List;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options of the synthetic anomalies. */
final class SynthesisArguments {

    @Option(
            names = "--anomaly-probability",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            description = "Share of samples with an anomaly (paper)")
    private double anomalyProbability;

    @Option(
            names = "--beta",
            paramLabel = "MIN,MAX",
            defaultValue = "0,0.8",
            split = ",",
            hideParamSyntax = true,
            description = "Share of the image that shines through the texture, drawn between the two (paper)")
    private List<Double> beta = List.of();

    @Option(
            names = "--perlin-scales",
            paramLabel = "MIN,MAX",
            defaultValue = "0,5",
            split = ",",
            hideParamSyntax = true,
            description = "Exponents of two of the Perlin noise's cells a side (paper)")
    private List<Integer> perlinScales = List.of();

    @Option(
            names = "--perlin-threshold",
            paramLabel = "LEVEL",
            defaultValue = "0.5",
            description = "An anomaly is where the Perlin noise lies above (paper)")
    private double perlinThreshold;

    @Option(
            names = "--mask-rotation",
            paramLabel = "DEGREES",
            defaultValue = "90",
            description = "Most that the Perlin noise is turned by, either way (paper)")
    private double maskRotation;

    @Option(
            names = "--augmenters-per-texture",
            paramLabel = "N",
            defaultValue = "3",
            description = "Different augmenters that a texture goes through (paper)")
    private int augmentersPerTexture;

    @Option(
            names = "--augmenters",
            paramLabel = "NAME",
            defaultValue = "gamma-contrast,brightness,sharpness,hue-and-saturation,solarize,posterize,invert,"
                    + "auto-contrast,equalize,rotate",
            split = ",",
            splitSynopsisLabel = ",",
            description = "Augmenters to choose from (paper: all ten)")
    private List<Augmenter> augmenters = List.of();

    @Option(
            names = "--rotate-normals",
            paramLabel = "SHARE",
            defaultValue = "0.3",
            description = "Share of normal images that are turned (official repository); 0 for products that always lie"
                    + " alike")
    private double rotateNormals;

    @Option(
            names = "--rotation-degrees",
            paramLabel = "DEGREES",
            defaultValue = "90",
            description = "Most that a normal image is turned by, either way (official repository)")
    private double rotationDegrees;

    @Option(
            names = "--self-textures",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of anomalies whose texture is cut from normal images (arXiv 2104.04015, 2109.15222;"
                    + " paper: none)")
    private double selfTextures;

    @Option(
            names = "--self-texture-augmenters",
            paramLabel = "N",
            defaultValue = "3",
            description = "Augmenters that such a texture goes through")
    private int selfTextureAugmenters;

    @Option(
            names = "--self-texture-contrast",
            paramLabel = "LEVEL",
            defaultValue = "0.04",
            description = "Such an anomaly is cut to where it changes the image by that much, 0 to 1")
    private double selfTextureContrast;

    @Option(
            names = "--strokes",
            paramLabel = "SHARE",
            defaultValue = "0",
            description =
                    "Share of anomalies that are thin strokes, as cracks and scratches are (arXiv 2104.04015: scar)")
    private double strokes;

    @Option(
            names = "--edge-softness",
            defaultValue = "0",
            paramLabel = "PIXELS",
            description = "Anomalies fade out over up to about that many pixels (arXiv 2109.15222: seamless)")
    private int edgeSoftness;

    @Option(
            names = "--tones",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of anomalies that are the image itself, darker or lighter")
    private double tones;

    @Option(
            names = "--match-grey",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description = "Textures lose their colour on grey images")
    private boolean matchGrey;

    @Option(
            names = "--over-grain",
            paramLabel = "FACTOR",
            defaultValue = "0",
            description = "Anomalies are cut to where they change the image by that many times its own grain; 0 for not"
                    + " at all")
    private double overGrain;

    SynthesisOptions synthesis() {
        requireTwo("--beta", beta);
        requireTwo("--perlin-scales", perlinScales);
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

    private static void requireTwo(String option, List<?> values) {
        if (values.size() != 2) {
            throw new IllegalArgumentException(option + " takes two values, as in 0,5");
        }
    }
}
