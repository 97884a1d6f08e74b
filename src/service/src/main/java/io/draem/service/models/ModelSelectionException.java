package io.draem.service.models;

/** Why no model can be selected for a request, loaded or unloaded; the message names the remedy. */
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

    /** The models are not controlled by requests, or the version to be loaded cannot be served. */
    public static final class NotLoaded extends ModelSelectionException {

        private static final long serialVersionUID = 1L;

        NotLoaded(String message) {
            super(message);
        }
    }

    /** The model has no candidate to promote. */
    public static final class NoCandidate extends ModelSelectionException {

        private static final long serialVersionUID = 1L;

        NoCandidate(String message) {
            super(message);
        }
    }

    /** The state of the model, its files or the configuration do not allow a promotion or a rollback. */
    public static final class Conflict extends ModelSelectionException {

        private static final long serialVersionUID = 1L;

        Conflict(String message) {
            super(message);
        }
    }

    /** The model may be loaded later: the model directory cannot be read, memory is short, or earlier loads take long. */
    public static final class NotNow extends ModelSelectionException {

        private static final long serialVersionUID = 1L;

        NotNow(String message) {
            super(message);
        }

        static NotNow shuttingDown() {
            return new NotNow("The service shuts down: its successor reads the model directory at its start");
        }
    }
}
