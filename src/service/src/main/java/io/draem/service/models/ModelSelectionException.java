package io.draem.service.models;

/** Why no model can be selected for a request; the message names the models that are served. */
public abstract sealed class ModelSelectionException extends Exception {

    private static final long serialVersionUID = 1L;

    private ModelSelectionException(String message) {
        super(message);
    }

    /** The request names a model or version that is not served. */
    public static final class Unknown extends ModelSelectionException {

        private static final long serialVersionUID = 1L;

        Unknown(String message) {
            super(message);
        }
    }

    /** The request names no model and there is no default. */
    public static final class NotNamed extends ModelSelectionException {

        private static final long serialVersionUID = 1L;

        NotNamed(String message) {
            super(message);
        }
    }

    /** The models are still being loaded. */
    public static final class NotReady extends ModelSelectionException {

        private static final long serialVersionUID = 1L;

        NotReady() {
            super("The models are still being loaded");
        }
    }
}
