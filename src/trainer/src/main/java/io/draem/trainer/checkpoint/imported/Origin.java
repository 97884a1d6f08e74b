package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.network.ImageScore;
import java.util.Locale;

/** Whose training a network comes from. */
public enum Origin {
    /** anomalib: RGB, image before reconstruction, the map's maximum as score. */
    ANOMALIB(ImageScore.MAXIMUM),
    /** The official repository: BGR, reconstruction before image, the averaged map's maximum as score. */
    OFFICIAL(ImageScore.AVERAGED);

    private final ImageScore imageScore;

    Origin(ImageScore imageScore) {
        this.imageScore = imageScore;
    }

    /** Returns how it scores images. */
    public ImageScore imageScore() {
        return imageScore;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
