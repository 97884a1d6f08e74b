package io.draem.service.web;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.UnreceivedBodyException;
import org.apache.coyote.BadRequestException;
import org.jspecify.annotations.Nullable;

/** Why a body, or the rest of it, cannot be read. */
final class BodyErrors {

    private volatile @Nullable DetectionException refusal;
    private @Nullable DetectionException rest;
    private @Nullable Exception failure;

    /** Refuses the request before it is looked at. */
    void refuse(DetectionException reason) {
        refusal = reason;
    }

    /** Returns why the request is refused before it is looked at; null if it is not. */
    @Nullable
    DetectionException refusal() {
        return refusal;
    }

    /** Returns whether the request is refused with an outcome before it is looked at. */
    boolean isRefused(Outcome outcome) {
        DetectionException reason = refusal;
        return reason != null && reason.outcome() == outcome;
    }

    /** Notes why what follows the received bytes cannot be read; null if nothing follows. */
    void rest(@Nullable DetectionException reason) {
        rest = reason;
    }

    /**
     * Notes that the connection or the coding of the body is broken.
     *
     * @param cause an unchecked one is thrown for more trailers than the web server takes
     */
    void broken(Exception cause) {
        failure = cause instanceof IllegalStateException ? new BadRequestException(cause) : cause;
    }

    /**
     * Checks that bytes have been received.
     *
     * @throws UnreceivedBodyException with the reason if the request is refused
     */
    void requireReceived() {
        DetectionException reason = refusal;
        if (reason != null) {
            throw new UnreceivedBodyException(reason);
        }
    }

    /**
     * Checks that no more than the received bytes belong to the body.
     *
     * @throws UnreceivedBodyException with the reason why the others cannot be read
     */
    void requireWhole() {
        if (failure instanceof BadRequestException) {
            throw new UnreceivedBodyException(
                    new DetectionException.Rejected(Outcome.INVALID_REQUEST, ErrorEndpoint.detail(failure)));
        }
        if (failure != null) {
            // Not as what it is: the web server would answer with 400 by itself.
            throw new UnreceivedBodyException(DetectionException.cancelled(null));
        }
        if (rest != null) {
            throw new UnreceivedBodyException(rest);
        }
    }
}
