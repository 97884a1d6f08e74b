package io.draem.service.detection;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a request ended. */
public enum Outcome {
    SUCCESS,
    INVALID_REQUEST,
    INVALID_IMAGE,
    IMAGE_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    UNUSUAL_INPUT,
    UNKNOWN_MODEL,
    NOT_READY,
    SHUTTING_DOWN,

    /** Refused for lack of a slot, or for the memory that it would take. */
    OVERLOADED,

    /** The heap was too small for what the request took with the others. */
    OUT_OF_MEMORY,

    /** The queue of the model was full. */
    QUEUE_FULL,
    DEADLINE_EXCEEDED,

    /** The body arrived too slowly. */
    SLOW_BODY,

    /** The client closed the connection before it had the response. */
    CANCELLED,

    /** The model failed, or its output is not usable. */
    INFERENCE_FAILED,

    /** Anything else failed that should not: the log has it. */
    INTERNAL_ERROR;

    /** The response to a request, once it has been sent or cannot be. */
    public interface OfResponse {

        /** Returns why the response has not reached the client; null where it has. */
        @Nullable
        Outcome failure();
    }

    /** Returns the reason in {@code draem_rejected_total}; null where the request reached its model. */
    public @Nullable String rejection() {
        return switch (this) {
            case SUCCESS, INFERENCE_FAILED, INTERNAL_ERROR -> null;
            case OVERLOADED -> "admission";
            case OUT_OF_MEMORY -> "memory";
            case DEADLINE_EXCEEDED -> "deadline";
            default -> id();
        };
    }

    /** Returns the name in metrics. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
