package io.draem.overlay;

import java.io.Serializable;
import java.util.Locale;

/**
 * Which pictures of images are written.
 *
 * @param overlays images of which overlay and mask are written
 * @param maps whether the raw map of each image is written
 */
public record Pictures(Overlays overlays, boolean maps) implements Serializable {

    /** Images of which overlay and mask are written. */
    public enum Overlays {
        ANOMALOUS,
        ALL,
        NONE;

        /** Returns the name on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns whether a picture of an image is written. */
    public boolean include(Picture picture, boolean anomalous) {
        return switch (picture) {
            case MASK, OVERLAY -> overlays == Overlays.ALL || overlays == Overlays.ANOMALOUS && anomalous;
            case MAP -> maps;
        };
    }

    /** Returns whether one of them may be drawn on the image at its own size, which then must be kept. */
    public boolean needImages() {
        return overlays != Overlays.NONE;
    }

    /** Returns whether any is written. */
    public boolean any() {
        return needImages() || maps;
    }
}
