package io.draem.trainer.cli;

import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.Precision;
import io.draem.trainer.training.Adam;
import io.draem.trainer.training.Decay;
import io.draem.trainer.training.OptimizerRule;
import io.draem.trainer.training.Recipe;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of losses, optimizer and length of the training. */
final class OptimizerArguments {

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "700",
            description = "Passes over the normal images (paper)")
    private int epochs;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "0",
            description = "Optimizer steps instead of epochs; 0: --epochs applies (this project)")
    private long steps;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "8", description = "Images per step (paper)")
    private int batchSize;

    @Option(
            names = "--optimizer",
            paramLabel = "RULE",
            defaultValue = "adam",
            description =
                    "Optimizer: ${COMPLETION-CANDIDATES} (adam: --weight-decay is added to the gradient, paper and arXiv"
                            + " 1412.6980; adamw: it is subtracted from the weights, arXiv 1711.05101)")
    private OptimizerRule optimizer = OptimizerRule.ADAM;

    @Option(
            names = "--adam-betas",
            paramLabel = "FIRST,SECOND",
            defaultValue = "0.9,0.999",
            split = ",",
            hideParamSyntax = true,
            description = "Decay rates of Adam's running mean gradient and mean square (paper: torch's, those of arXiv"
                    + " 1412.6980)")
    private List<Double> adamBetas = List.of();

    @Option(
            names = "--adam-epsilon",
            paramLabel = "NUMBER",
            defaultValue = "1e-8",
            description = "Added to the root of the mean square (paper: torch's, that of arXiv 1412.6980)")
    private double adamEpsilon;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            defaultValue = "1e-4",
            description = "Learning rate before decay and after warm-up (paper)")
    private double learningRate;

    @Option(
            names = "--milestones",
            paramLabel = "SHARE",
            defaultValue = "0.8,0.9",
            split = ",",
            splitSynopsisLabel = ",",
            description = "Fractions of the training after which the learning rate is multiplied by --gamma (paper)")
    private List<Double> milestones = List.of();

    @Option(
            names = "--gamma",
            paramLabel = "FACTOR",
            defaultValue = "0.2",
            description = "Factor applied to the learning rate at each milestone (paper)")
    private double gamma;

    @Option(
            names = "--decay",
            paramLabel = "SHAPE",
            defaultValue = "milestones",
            description =
                    "Decay of the learning rate: ${COMPLETION-CANDIDATES} (milestones: paper; cosine: arXiv 1608.03983)")
    private Decay decay = Decay.MILESTONES;

    @Option(
            names = "--warm-up",
            paramLabel = "SHARE",
            defaultValue = "0",
            description =
                    "Fraction of the training during which the learning rate rises linearly to its full value (arXiv"
                            + " 1706.02677; paper: none)")
    private double warmUp;

    @Option(
            names = "--weight-decay",
            paramLabel = "FACTOR",
            defaultValue = "0",
            description =
                    "Weight decay: fraction of a weight that adam adds to its gradient, and that adamw subtracts at"
                            + " learning rate 1 (paper: none)")
    private double weightDecay;

    @Option(
            names = "--gradient-clip",
            paramLabel = "NORM",
            defaultValue = "0",
            description = "Largest L2 norm of all gradients together (arXiv 1211.5063); 0: unlimited (paper)")
    private double gradientClip;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            description = "Precision of convolutions: float32 (paper) or bfloat16 (default: bfloat16 where the"
                    + " processor supports it, this project)")
    @Nullable
    private Precision precision;

    @Option(
            names = "--focal",
            paramLabel = "PIXELS",
            defaultValue = "both",
            description =
                    "Pixels that contribute to the focal loss: ${COMPLETION-CANDIDATES} (both: paper; anomalous: anomalib"
                            + " 2.7)")
    private FocalLoss focal = FocalLoss.BOTH;

    @Option(
            names = "--sspcab-weight",
            paramLabel = "WEIGHT",
            defaultValue = "0.1",
            description = "Weight of the loss of the SSPCAB block (arXiv 2111.09099)")
    private double sspcabWeight;

    Recipe.Loss loss() {
        return new Recipe.Loss(focal, sspcabWeight);
    }

    Recipe.Length length() {
        return new Recipe.Length(epochs, steps, batchSize);
    }

    Recipe.Optimizer optimizer() {
        if (adamBetas.size() != 2) {
            throw new IllegalArgumentException("--adam-betas must be two numbers, not " + adamBetas);
        }
        Adam.Options adam = new Adam.Options(optimizer, weightDecay, adamBetas.get(0), adamBetas.get(1), adamEpsilon);
        return new Recipe.Optimizer(learningRate, decay, milestones, gamma, warmUp, adam, gradientClip);
    }

    /** Returns the precision that the option names, otherwise the fastest that the processor supports. */
    Precision precision() {
        if (precision != null) {
            return precision;
        }
        return Precision.bfloat16IsFast() ? Precision.BFLOAT16 : Precision.FLOAT32;
    }
}
