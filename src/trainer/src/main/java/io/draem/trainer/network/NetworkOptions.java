package io.draem.trainer.network;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Says which network it is: together with the tensors it determines the graph.
 *
 * @param baseWidth channels of the first block of the reconstructive sub-network; the paper's is 128
 * @param discriminativeBaseWidth the same of the discriminative sub-network; the paper's is 64
 * @param sspcab whether the reconstructive encoder ends in an SSPCAB block (arXiv 2111.09099)
 * @param imageScore how the image score comes from the anomaly map, before that is smoothed
 * @param mapSmoothing standard deviation of a Gaussian over the anomaly map, in pixels; 0 for none ({@link MapSmoothing})
 * @param inputNormalization what the network does with its input first; null for nothing, as in the paper
 * @param centered whether the network takes each input less its mean color over all pixels, and the mean is added to the
 *     reconstruction; false in the paper
 */
public record NetworkOptions(
        int baseWidth,
        int discriminativeBaseWidth,
        boolean sspcab,
        ImageScore imageScore,
        double mapSmoothing,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable InputNormalization inputNormalization,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean centered) {

    /** The widths of the paper (arXiv 2108.07610), without SSPCAB. */
    public static final NetworkOptions PAPER = new NetworkOptions(128, 64, false);

    /** The largest width: eight times the paper's. */
    public static final int MAX_WIDTH = 1024;

    private static final double MIN_SMOOTHING = 0.1;
    private static final double MAX_SMOOTHING = 32;

    /**
     * Throws {@link IllegalArgumentException} if a width is not from 1 to 1024, the Gaussian neither 0 nor from 0.1 to 32, or
     * the input both normalized and centered.
     */
    public NetworkOptions {
        checkWidth("--base-width", baseWidth);
        checkWidth("--discriminative-base-width", discriminativeBaseWidth);
        if (mapSmoothing != 0 && !(mapSmoothing >= MIN_SMOOTHING && mapSmoothing <= MAX_SMOOTHING)) {
            throw new IllegalArgumentException("--map-smoothing must be 0, or from " + MIN_SMOOTHING + " to "
                    + MAX_SMOOTHING + " pixels, not " + mapSmoothing);
        }
        if (centered && inputNormalization != null) {
            throw new IllegalArgumentException("An input that is centered is not normalized with constants too");
        }
    }

    /** Makes options whose image score is the map's maximum, and whose map is left as it is. */
    public NetworkOptions(int baseWidth, int discriminativeBaseWidth, boolean sspcab) {
        this(baseWidth, discriminativeBaseWidth, sspcab, ImageScore.MAXIMUM, 0);
    }

    /** Makes options of a network that takes its input as it is. */
    public NetworkOptions(
            int baseWidth, int discriminativeBaseWidth, boolean sspcab, ImageScore imageScore, double mapSmoothing) {
        this(baseWidth, discriminativeBaseWidth, sspcab, imageScore, mapSmoothing, null, false);
    }

    /** Returns the same network with its scores and maps given in another way. */
    public NetworkOptions giving(ImageScore newImageScore, double newMapSmoothing) {
        return new NetworkOptions(
                baseWidth,
                discriminativeBaseWidth,
                sspcab,
                newImageScore,
                newMapSmoothing,
                inputNormalization,
                centered);
    }

    /** Returns the same network with its input normalized by constants, and not centered; null for neither. */
    public NetworkOptions normalizing(@Nullable InputNormalization newInputNormalization) {
        return new NetworkOptions(
                baseWidth, discriminativeBaseWidth, sspcab, imageScore, mapSmoothing, newInputNormalization, false);
    }

    /** Returns the same network with its input centered, and not normalized by constants. */
    public NetworkOptions centering() {
        return new NetworkOptions(baseWidth, discriminativeBaseWidth, sspcab, imageScore, mapSmoothing, null, true);
    }

    /** Returns the same network that takes its input as another does. */
    public NetworkOptions withInputOf(NetworkOptions other) {
        return other.centered ? centering() : normalizing(other.inputNormalization);
    }

    /** Returns whether the weights of another network have the names and shapes of this one's. */
    public boolean fitsWeightsOf(NetworkOptions other) {
        return weightOptions().equals(other.weightOptions());
    }

    /** Returns what decides names and shapes of the weights, as options of the command line. */
    public String weightOptions() {
        return "--base-width " + baseWidth + " --discriminative-base-width " + discriminativeBaseWidth
                + (sspcab ? " --sspcab" : " --no-sspcab");
    }

    private static void checkWidth(String name, int width) {
        if (width < 1 || width > MAX_WIDTH) {
            throw new IllegalArgumentException(name + " must be from 1 to " + MAX_WIDTH + ", not " + width);
        }
    }
}
