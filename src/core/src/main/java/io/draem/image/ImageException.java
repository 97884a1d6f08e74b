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

        /** Returns that a file ends before the part that it should have. */
        static Invalid truncated(String format, String part) {
            return new Invalid(
                    "The " + format + " is truncated, it ends before its " + part + ": transfer the whole file");
        }

        /** Returns that a file contradicts itself, which a lost part can be the cause of too. */
        static Invalid corrupt(String format, String problem) {
            return new Invalid("The " + format + " is corrupt or truncated, " + problem
                    + ": save it again, or transfer the whole file");
        }
    }
}
