package io.draem.image;

import java.util.Objects;

/**
 * A condition that does not prevent decoding but may make the pixels other than intended.
 *
 * @param kind kind of the condition
 * @param message one sentence with the remedy; holds no path
 */
public record ImageWarning(Kind kind, String message) {

    public ImageWarning {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
    }

    static ImageWarning strayBytes(long count) {
        return new ImageWarning(
                Kind.STRAY_BYTES,
                "The JPEG has stray bytes (" + count + "), as some cameras and scanners write them; they were skipped:"
                        + " transfer the file again if the image is incomplete");
    }

    /** Kinds of warnings. */
    public enum Kind {
        /** A 16-bit image without a declared or given white level, whose values are all below 1/8 of the range. */
        LOW_VALUES("low-values"),
        /** Values above the given white level were clipped to white. */
        ABOVE_WHITE_LEVEL("above-white-level"),
        /** Bytes between the segments of a JPEG were skipped. */
        STRAY_BYTES("stray-bytes"),
        /** The codec warned of something that does not change pixels. */
        CODEC("codec");

        private final String id;

        Kind(String id) {
            this.id = id;
        }

        /** Returns the name that other programs see. */
        public String id() {
            return id;
        }
    }
}
