package io.draem.image;

/** An image that cannot be used; the message names the problem and the remedy and holds no path. */
public abstract sealed class ImageException extends Exception {

    private static final long serialVersionUID = 1L;

    private ImageException(String message) {
        super(message);
    }

    /** The bytes are more, or the header claims more pixels, than the limits allow. */
    public static final class TooLarge extends ImageException {

        private static final long serialVersionUID = 1L;

        public TooLarge(String message) {
            super(message);
        }
    }

    /** The bytes are no image of a format that is read here. */
    public static final class Unsupported extends ImageException {

        private static final long serialVersionUID = 1L;

        public Unsupported(String message) {
            super(message);
        }
    }

    /** The format is known but the content is broken: truncated, corrupt, or without a pixel. */
    public static final class Invalid extends ImageException {

        private static final long serialVersionUID = 1L;

        public Invalid(String message) {
            super(message);
        }
    }
}
