package io.draem.overlay;

import io.draem.image.RgbImage;
import io.draem.score.Calibration;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A picture of an image's verdict, as PNG of the image's size. */
public enum Picture {

    /** White where the map is above the pixel threshold of the verdict. */
    MASK("mask"),

    /** The raw map, 16 bits gray, where 65535 is 1.0. */
    MAP("map"),

    /** The image with heat, and outlines around its regions. The last one: it is drawn on the image itself. */
    OVERLAY("overlay");

    private final String id;

    Picture(String id) {
        this.id = id;
    }

    /** Returns the name in lower case. */
    public String id() {
        return id;
    }

    /** Returns the end of the names of its files, such as {@code .mask.png}. */
    public String suffix() {
        return "." + id + ".png";
    }

    /**
     * Draws the picture.
     *
     * @param image at its own size, which an overlay is drawn on; the others need none
     * @param map raw map of the image's size
     * @param verdict with the outlines of the regions, for an overlay
     * @param calibration of the model
     */
    public byte[] png(@Nullable RgbImage image, ScaledMap map, Verdict verdict, Calibration calibration) {
        double threshold = verdict.regions().pixelThreshold();
        return switch (this) {
            case MASK -> PngWriter.mask(map, threshold);
            case MAP -> PngWriter.map(map);
            case OVERLAY ->
                PngWriter.rgb(AnomalyOverlay.draw(
                        Objects.requireNonNull(image),
                        map,
                        threshold,
                        calibration,
                        verdict.regions().largest(),
                        true));
        };
    }
}
