package io.draem.trainer.cli;

import io.draem.trainer.synthesis.Augmenter;
import io.draem.trainer.synthesis.NormalAugmentation;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.util.List;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** Options of the synthetic anomalies. */
final class SynthesisArguments {

    @Option(
            names = "--anomaly-probability",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            description = "Fraction of samples with an anomaly (paper)")
    private double anomalyProbability;

    @Option(
            names = "--beta",
            paramLabel = "MIN,MAX",
            defaultValue = "0,0.8",
            split = ",",
            hideParamSyntax = true,
            description = "Weight of the image blended into the texture, drawn from this range (paper)")
    private List<Double> beta = List.of();

    @Option(
            names = "--perlin-scales",
            paramLabel = "MIN,MAX",
            defaultValue = "0,5",
            split = ",",
            hideParamSyntax = true,
            description = "Perlin noise cells per side, as exponents of 2 (paper)")
    private List<Integer> perlinScales = List.of();

    @Option(
            names = "--perlin-threshold",
            paramLabel = "LEVEL",
            defaultValue = "0.5",
            description = "Level of the Perlin noise above which a pixel belongs to the anomaly (paper)")
    private double perlinThreshold;

    @Option(
            names = "--mask-rotation",
            paramLabel = "DEGREES",
            defaultValue = "90",
            description = "Largest rotation of the Perlin noise in either direction (paper)")
    private double maskRotation;

    @Option(
            names = "--augmenters-per-texture",
            paramLabel = "N",
            defaultValue = "3",
            description = "Distinct augmenters applied to a texture (paper)")
    private int augmentersPerTexture;

    @Option(
            names = "--augmenters",
            paramLabel = "NAME",
            defaultValue = "gamma-contrast,brightness,sharpness,hue-and-saturation,solarize,posterize,invert,"
                    + "auto-contrast,equalize,rotate",
            split = ",",
            splitSynopsisLabel = ",",
            description = "Augmenters to draw from (paper: all ten)")
    private List<Augmenter> augmenters = List.of();

    @Option(
            names = "--rotate-normals",
            paramLabel = "SHARE",
            defaultValue = "0.3",
            description =
                    "Fraction of normal images that are rotated (official repository), with black corners, those of"
                            + " --tiles with their reflection; use 0 for products that always"
                            + " have the same orientation")
    private double rotateNormals;

    @Option(
            names = "--rotation-degrees",
            paramLabel = "DEGREES",
            defaultValue = "90",
            description = "Largest rotation of a normal image in either direction (official repository)")
    private double rotationDegrees;

    @Option(
            names = "--vary-light",
            paramLabel = "LEVEL",
            defaultValue = "0",
            description =
                    "Largest relative change of brightness and of contrast, 0 to 0.5, drawn for each sample of the training"
                            + " (torchvision: ColorJitter; paper: none); held-out images stay as they are. Use it where"
                            + " light varies from image to image, or falls off within frames that are cut into tiles")
    private double varyLight;

    @Option(
            names = "--self-textures",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Fraction of anomalies whose texture is cut from normal images (arXiv 2104.04015, 2109.15222;"
                    + " paper: none). Use it when defects resemble other parts of the image")
    private double selfTextures;

    @Option(
            names = "--self-texture-augmenters",
            paramLabel = "N",
            defaultValue = "3",
            description = "Augmenters applied to a texture cut from normal images (this project)")
    private int selfTextureAugmenters;

    @Option(
            names = "--self-texture-contrast",
            paramLabel = "LEVEL",
            defaultValue = "0.04",
            description =
                    "Smallest change of the image, 0 to 1, at which a pixel of such an anomaly is kept (this project)")
    private double selfTextureContrast;

    @Option(
            names = "--strokes",
            paramLabel = "SHARE",
            defaultValue = "0",
            description =
                    "Fraction of anomalies that are thin strokes, like cracks and scratches (arXiv 2104.04015: scar;"
                            + " paper: none)")
    private double strokes;

    @Option(
            names = "--edge-softness",
            defaultValue = "0",
            paramLabel = "PIXELS",
            description = "Largest width of the fading edge of an anomaly (arXiv 2109.15222: seamless; paper: none)")
    private int edgeSoftness;

    @Option(
            names = "--tones",
            paramLabel = "SHARE",
            defaultValue = "0",
            description =
                    "Fraction of anomalies that are the image itself, darker, lighter or in another color; a gray image"
                            + " stays gray (this project; paper: none)")
    private double tones;

    @Option(
            names = "--match-gray",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description = "Textures lose their color on gray images (this project; paper: no)")
    private boolean matchGray;

    @Option(
            names = "--over-grain",
            paramLabel = "FACTOR",
            defaultValue = "0",
            description =
                    "Anomalies keep only pixels whose change exceeds this multiple of the image's own noise; 0: all"
                            + " (this project; paper: all)")
    private double overGrain;

    SynthesisOptions synthesis() {
        requireTwo("--beta", beta);
        requireTwo("--perlin-scales", perlinScales);
        return new SynthesisOptions(
                anomalyProbability,
                new SynthesisOptions.Perlin(perlinScales.get(0), perlinScales.get(1), perlinThreshold, maskRotation),
                new SynthesisOptions.Beta(beta.get(0), beta.get(1)),
                new SynthesisOptions.Augmenters(augmentersPerTexture, augmenters),
                new NormalAugmentation(rotateNormals, rotationDegrees, varyLight),
                new SynthesisOptions.SelfTextures(selfTextures, selfTextureAugmenters, selfTextureContrast),
                new SynthesisOptions.Shapes(strokes, edgeSoftness),
                new SynthesisOptions.Appearance(tones, matchGray, overGrain));
    }

    private static void requireTwo(String option, List<?> values) {
        if (values.size() != 2) {
            throw new IllegalArgumentException(option + " takes two values, as in 0,5");
        }
    }
}
