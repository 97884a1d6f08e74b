package io.draem.trainer.cli;

import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.network.NetworkOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** Options of the network. */
final class NetworkArguments {

    @Option(
            names = "--base-width",
            paramLabel = "N",
            defaultValue = "128",
            description = "Channels of the reconstructive sub-network's first block (paper)")
    private int baseWidth;

    @Option(
            names = "--discriminative-base-width",
            paramLabel = "N",
            defaultValue = "64",
            description = "Channels of the discriminative sub-network's first block (paper)")
    private int discriminativeBaseWidth;

    @Option(
            names = "--initialization",
            paramLabel = "RULE",
            defaultValue = "paper",
            description =
                    "Initial weights: ${COMPLETION-CANDIDATES} (pytorch: the defaults of its layers, as in anomalib"
                            + " 2.7; prior: the paper's, but each pixel is anomalous with probability 0.02, arXiv"
                            + " 1708.02002; pretrained: weights of this project, for both widths 16 without SSPCAB"
                            + " and centered input, trained on textures and drawings with synthetic anomalies)")
    Initialization initialization = Initialization.PAPER;

    @Option(
            names = "--start-from",
            paramLabel = "FILE",
            description = "Initial weights instead of --initialization: checkpoint.safetensors of a model with the same"
                    + " widths, from a training or an import")
    @Nullable
    Path startFrom;

    @Option(
            names = "--sspcab",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description = "SSPCAB block at the end of the reconstructive encoder (arXiv 2111.09099; paper: none)")
    private boolean sspcab;

    @Option(
            names = "--center-input",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description =
                    "Subtract from each input its mean color, inside the graph: surfaces that differ in brightness"
                            + " and color look alike to the network, and an input that differs as a whole is not found (this"
                            + " project; paper: no)")
    private boolean centerInput;

    @Option(
            names = "--image-score",
            paramLabel = "RULE",
            defaultValue = "maximum",
            description = "Image score: ${COMPLETION-CANDIDATES} of the map (maximum: paper; smoothed: maximum after"
                    + " averaging over 5x5 pixels; averaged: over 21x21, as in the official repository)")
    private ImageScore imageScore = ImageScore.MAXIMUM;

    @Option(
            names = "--map-smoothing",
            paramLabel = "PIXELS",
            defaultValue = "0",
            description =
                    "Standard deviation of a Gaussian filter on the anomaly map inside the graph, applied after the image"
                            + " score is taken (SPADE, arXiv 2005.02357, and anomalib's PaDiM: 4 of 256 pixels; paper:"
                            + " none)")
    private double mapSmoothing;

    NetworkOptions network() {
        NetworkOptions options =
                new NetworkOptions(baseWidth, discriminativeBaseWidth, sspcab, imageScore, mapSmoothing);
        return centerInput ? options.centering() : options;
    }
}
