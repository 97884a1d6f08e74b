package io.draem.trainer;

import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train}: its options are the knobs of {@link Recipe}, with the same defaults. */
@Command(
        name = "train",
        description = {
            "Trains a model on normal images and writes OUTPUT/NAME/VERSION/{model.onnx,metrics.json,checkpoint.safetensors}.",
            "DATA has the layout of MVTec AD: train/good, test/good, test/<defect>, ground_truth/<defect>."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {

    private static final SynthesisOptions SYNTHESIS = SynthesisOptions.DEFAULTS;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Images in MVTec AD layout")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Model directory to write into")
    @SuppressWarnings("NullAway.Init")
    private Path output;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the model (default: that of the data folder)")
    private @Nullable String name;

    @Option(
            names = "--anomaly-source",
            paramLabel = "DIR",
            description = "Texture images for the synthetic anomalies; noise where left out")
    private @Nullable Path anomalySource;

    @Option(names = "--image-size", defaultValue = "256", description = "Sides of the square input, a multiple of 32")
    private int imageSize;

    @Option(names = "--base-width", defaultValue = "128", description = "Width of the reconstructive sub-network")
    private int baseWidth;

    @Option(
            names = "--discriminative-base-width",
            defaultValue = "64",
            description = "Width of the discriminative sub-network")
    private int discriminativeBaseWidth;

    @Option(
            names = "--sspcab",
            description = "SSPCAB block at the end of the reconstructive encoder (arXiv 2111.09099)")
    private boolean sspcab;

    @Option(names = "--sspcab-weight", defaultValue = "0.1", description = "Weight of SSPCAB's own loss")
    private double sspcabWeight;

    @Option(
            names = "--image-score",
            defaultValue = "maximum",
            description = "Image score: ${COMPLETION-CANDIDATES} of the map (averaged: over 21x21 pixels first, as the"
                    + " official repository does)")
    private ImageScore imageScore = ImageScore.MAXIMUM;

    @Option(
            names = "--focal",
            defaultValue = "both",
            description = "Pixels that the focal loss counts: ${COMPLETION-CANDIDATES} (anomalous: anomalib 2.7)")
    private FocalLoss focal = FocalLoss.BOTH;

    @ArgGroup
    private Length length = new Length();

    /** How long to train: one of the two. */
    private static final class Length {

        @Option(names = "--epochs", defaultValue = "700", description = "Passes over the normal images")
        private int epochs = 700;

        @Option(names = "--steps", defaultValue = "0", description = "Optimiser steps, in place of epochs")
        private long steps;
    }

    @Option(names = "--batch-size", defaultValue = "8", description = "Images a step")
    private int batchSize;

    @Option(names = "--learning-rate", defaultValue = "1e-4", description = "First learning rate of Adam")
    private double learningRate;

    @Option(
            names = "--milestones",
            defaultValue = "0.8,0.9",
            split = ",",
            description = "Shares of the training at which the learning rate is multiplied by gamma")
    private List<Double> milestones = List.of();

    @Option(names = "--gamma", defaultValue = "0.2", description = "Factor of the learning rate at each milestone")
    private double gamma;

    @Option(
            names = "--precision",
            description = "float32 or bfloat16 (default: bfloat16 where the processor has it)",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private @Nullable Precision precision;

    @Option(names = "--anomaly-probability", defaultValue = "0.5", description = "Share of samples with an anomaly")
    private double anomalyProbability;

    @Option(
            names = "--perlin-scales",
            defaultValue = "0,5",
            split = ",",
            arity = "1",
            description = "Smallest and largest exponent of two of the Perlin noise's scale")
    private List<Integer> perlinScales = List.of();

    @Option(
            names = "--beta",
            defaultValue = "0,0.8",
            split = ",",
            arity = "1",
            description = "Smallest and largest share of the image that shines through the texture")
    private List<Double> beta = List.of();

    @Option(
            names = "--rotate-normals",
            defaultValue = "0.3",
            description = "Share of normal images that are rotated; 0 for products that always lie alike")
    private double rotateNormals;

    @Option(
            names = "--self-textures",
            defaultValue = "0",
            description = "Share of anomalies whose texture is cut from normal images (arXiv 2104.04015, 2109.15222)")
    private double selfTextures;

    @Option(
            names = "--self-texture-augmenters",
            defaultValue = "3",
            description = "Augmenters that such a texture goes through")
    private int selfTextureAugmenters;

    @Option(
            names = "--validation",
            defaultValue = "synthetic",
            description = "Images that thresholds come from: ${COMPLETION-CANDIDATES}")
    private ValidationSplit validation = ValidationSplit.SYNTHETIC;

    @Option(
            names = "--held-out",
            defaultValue = "0.2",
            description = "Share of normal training images held out for synthetic validation")
    private double heldOut;

    @Option(
            names = "--batch-norm-batches",
            defaultValue = "32",
            description = "Batches that batch-norm statistics are taken again over (arXiv 2105.07576); 0 leaves them")
    private int batchNormBatches;

    @Option(names = "--batch-norm-on-clean", description = "Take them over images without synthetic anomalies")
    private boolean batchNormOnClean;

    @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random")
    private long seed;

    @Option(
            names = "--threads",
            description = "Threads of libtorch (default: the processors)",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--data-threads", defaultValue = "1", description = "Threads that prepare batches ahead")
    private int dataThreads;

    @Override
    public Integer call() throws Exception {
        if (threads < 1 || dataThreads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads and --data-threads must be at least 1");
        }
        TrainingRun run = new TrainingRun(data, output, modelName(), anomalySource, threads, dataThreads, recipe());
        run.execute(spec.commandLine().getOut(), spec.commandLine().getErr());
        return 0;
    }

    private String modelName() {
        String chosen = name != null
                ? name
                : Objects.toString(data.toAbsolutePath().normalize().getFileName(), "");
        if (!chosen.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--name must be letters, digits, '.', '_' and '-', a letter or digit first, at most 63 of them, not '"
                            + chosen + "'" + (name == null ? ", the name of the data folder: give another" : ""));
        }
        return chosen;
    }

    private Recipe recipe() {
        try {
            if (perlinScales.size() != 2 || beta.size() != 2) {
                throw new IllegalArgumentException("--perlin-scales and --beta take two values, as in 0,5");
            }
            return new Recipe(
                    imageSize,
                    new NetworkOptions(baseWidth, discriminativeBaseWidth, sspcab, imageScore),
                    sspcabWeight,
                    focal,
                    length.epochs,
                    length.steps,
                    batchSize,
                    learningRate,
                    milestones,
                    gamma,
                    precision != null ? precision : Precision.bfloat16IsFast() ? Precision.BFLOAT16 : Precision.FLOAT32,
                    new SynthesisOptions(
                            anomalyProbability,
                            perlinScales.get(0),
                            perlinScales.get(1),
                            SYNTHESIS.maskThreshold(),
                            SYNTHESIS.maskRotation(),
                            beta.get(0),
                            beta.get(1),
                            SYNTHESIS.augmentersPerTexture(),
                            rotateNormals,
                            SYNTHESIS.normalRotation(),
                            selfTextures,
                            selfTextureAugmenters),
                    validation,
                    heldOut,
                    batchNormBatches,
                    batchNormOnClean,
                    seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
