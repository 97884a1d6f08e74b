package io.draem.trainer.network;

/**
 * Says which network it is: together with the tensors it determines the graph.
 *
 * @param baseWidth channels of the first block of the reconstructive sub-network; the paper's is 128
 * @param discriminativeBaseWidth the same of the discriminative sub-network; the paper's is 64
 * @param sspcab whether the reconstructive encoder ends in an SSPCAB block (arXiv 2111.09099)
 * @param imageScore how the image score comes from the anomaly map
 */
public record NetworkOptions(int baseWidth, int discriminativeBaseWidth, boolean sspcab, ImageScore imageScore) {

    /** The widths of the paper (arXiv 2108.07610), without SSPCAB. */
    public static final NetworkOptions PAPER = new NetworkOptions(128, 64, false);

    private static final int MAX_WIDTH = 1024;

    /** Throws {@link IllegalArgumentException} if a width is not from 1 to 1024. */
    public NetworkOptions {
        checkWidth("--base-width", baseWidth);
        checkWidth("--discriminative-base-width", discriminativeBaseWidth);
    }

    /** Makes options whose image score is the map's maximum. */
    public NetworkOptions(int baseWidth, int discriminativeBaseWidth, boolean sspcab) {
        this(baseWidth, discriminativeBaseWidth, sspcab, ImageScore.MAXIMUM);
    }

    private static void checkWidth(String name, int width) {
        if (width < 1 || width > MAX_WIDTH) {
            throw new IllegalArgumentException(name + " must be from 1 to " + MAX_WIDTH + ", not " + width);
        }
    }
}
