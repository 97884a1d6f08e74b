package io.draem.trainer;

import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.NetworkOptions;
import picocli.CommandLine.Option;

/** The options that say which network it is. */
final class NetworkArguments {

    @Option(names = "--image-size", defaultValue = "256", description = "Sides of the square input, a multiple of 32")
    int imageSize;

    @Option(names = "--base-width", defaultValue = "128", description = "Width of the reconstructive sub-network")
    int baseWidth;

    @Option(
            names = "--discriminative-base-width",
            defaultValue = "64",
            description = "Width of the discriminative sub-network")
    int discriminativeBaseWidth;

    @Option(
            names = "--sspcab",
            description = "SSPCAB block at the end of the reconstructive encoder (arXiv 2111.09099)")
    boolean sspcab;

    @Option(
            names = "--image-score",
            defaultValue = "maximum",
            description = "Image score: ${COMPLETION-CANDIDATES} of the map (averaged: over 21x21 pixels first, as the"
                    + " official repository does)")
    ImageScore imageScore = ImageScore.MAXIMUM;

    NetworkOptions network() {
        return new NetworkOptions(baseWidth, discriminativeBaseWidth, sspcab, imageScore);
    }
}
