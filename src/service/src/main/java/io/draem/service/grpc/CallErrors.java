package io.draem.service.grpc;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.web.Headers;
import io.draem.service.web.ProblemType;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import java.time.Duration;
import java.util.Locale;

/** What gRPC's clients get where HTTP's get a problem. */
final class CallErrors {

    /** The last part of the URI that the problem has over HTTP, such as {@code invalid-image}. */
    static final Metadata.Key<String> PROBLEM = Metadata.Key.of("draem-problem", Metadata.ASCII_STRING_MARSHALLER);

    /** When it is worth to try again: gRPC's clients that retry by themselves wait for so long. */
    static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    static final Metadata.Key<String> REQUEST_ID =
            Metadata.Key.of(Headers.REQUEST_ID.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);

    private CallErrors() {}

    /** Returns the error of a request without a result. */
    static StatusException of(DetectionException e) {
        Metadata trailers = trailers(ProblemType.of(e.outcome()));
        if (e instanceof DetectionException.Unavailable unavailable) {
            trailers.put(PUSHBACK, Long.toString(unavailable.retryAfter().toMillis()));
        }
        return new StatusException(status(e.outcome()).withDescription(e.getMessage()), trailers);
    }

    /** Returns the error of a request without a valid key. */
    static StatusException unauthorized() {
        ProblemType type = ProblemType.UNAUTHORIZED;
        return new StatusException(
                Status.UNAUTHENTICATED.withDescription("Send a key of this service in the metadata "
                        + Headers.API_KEY.toLowerCase(Locale.ROOT) + ", or as authorization: Bearer"),
                trailers(type));
    }

    /** Returns the error of a key without the right to do this. */
    static StatusException forbidden() {
        ProblemType type = ProblemType.FORBIDDEN;
        return new StatusException(Status.PERMISSION_DENIED.withDescription(type.detail("")), trailers(type));
    }

    /** Returns the error of a key that was used too often. */
    static StatusException tooManyRequests(Duration retryAfter) {
        Metadata trailers = trailers(ProblemType.TOO_MANY_REQUESTS);
        trailers.put(PUSHBACK, Long.toString(Math.max(1, retryAfter.toMillis())));
        return new StatusException(
                Status.RESOURCE_EXHAUSTED.withDescription("Send fewer requests with this key: the next one is taken in "
                        + trailers.get(PUSHBACK) + " ms"),
                trailers);
    }

    /** Returns the error of a message that is none of its method. */
    static StatusException broken() {
        return new StatusException(
                Status.INVALID_ARGUMENT.withDescription("The message is broken, or is not that of the method"),
                trailers(ProblemType.INVALID_REQUEST));
    }

    /** Returns the error of a call on one connection more than are served. */
    static StatusException tooManyConnections(int most) {
        Metadata trailers = trailers(ProblemType.OVERLOADED);
        return new StatusException(
                Status.UNAVAILABLE.withDescription("There are " + most + " connections already: send calls on one"
                        + " connection, close those that are not used, or start more replicas"),
                trailers);
    }

    /** Returns the error of a failure that should not be: the log has it. */
    static StatusException internal() {
        return new StatusException(
                Status.INTERNAL.withDescription("The service's log says why"), trailers(ProblemType.INTERNAL_ERROR));
    }

    private static Metadata trailers(ProblemType type) {
        Metadata trailers = new Metadata();
        trailers.put(PROBLEM, type.id());
        return trailers;
    }

    /** As Triton has them, where it has the same error. */
    private static Status status(Outcome outcome) {
        return switch (outcome) {
            case INVALID_REQUEST, INVALID_IMAGE, IMAGE_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, UNUSUAL_INPUT ->
                Status.INVALID_ARGUMENT;
            case UNKNOWN_MODEL -> Status.NOT_FOUND;
            case NOT_READY, SHUTTING_DOWN, OVERLOADED, OUT_OF_MEMORY, QUEUE_FULL -> Status.UNAVAILABLE;
            case DEADLINE_EXCEEDED, SLOW_BODY -> Status.DEADLINE_EXCEEDED;
            case CANCELLED -> Status.CANCELLED;
            case INFERENCE_FAILED, INTERNAL_ERROR -> Status.INTERNAL;
            case SUCCESS -> throw new IllegalArgumentException("Success is no error");
        };
    }
}
