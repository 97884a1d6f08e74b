package io.draem.image;

/** An image that cannot be used; the message names the problem and the remedy and holds no path. */
public abstract sealed class ImageException extends Exception {

    private static final long serialVersionUID = 1L;

    private ImageException(String message) {
        super(message);
    }

    /** The encoded size, or the number of pixels by the header, exceeds the limits. */
    public static final class TooLarge extends ImageException {

        private static final long serialVersionUID = 1L;

        public TooLarge(String message) {
            super(message);
        }
    }

    /** The format, or this variety of it, is not supported. */
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

        /** Returns the exception for a file that ends before a part. */
        static Invalid truncated(String format, String part) {
            return new Invalid(
                    "The " + format + " is truncated, it ends before its " + part + ": transfer the whole file");
        }

        /** Returns the exception for a file with contradictory content; a lost part can cause that too. */
        static Invalid corrupt(String format, String problem) {
            return new Invalid("The " + format + " is corrupt or truncated, " + problem
                    + ": save it again, or transfer the whole file");
        }
    }
}
