package io.draem.service.api;

import io.draem.service.detection.Outcome;
import java.net.URI;
import java.util.Locale;
import org.springframework.http.HttpStatus;

/** The kinds of problem that a client can meet; each has a stable {@link #uri()} and a status of its own. */
enum ProblemType {
    INVALID_REQUEST(HttpStatus.BAD_REQUEST, "The request is not valid"),
    INVALID_IMAGE(HttpStatus.BAD_REQUEST, "The image cannot be read"),
    UNAUTHORIZED(HttpStatus.UNAUTHORIZED, "The request has no good key"),
    UNKNOWN_MODEL(HttpStatus.NOT_FOUND, "The model is not served"),
    NOT_FOUND(HttpStatus.NOT_FOUND, "There is nothing at this path"),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The path does not take this method"),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "The answer does not come in that media type"),
    REQUEST_TIMEOUT(HttpStatus.REQUEST_TIMEOUT, "The request stopped coming"),
    IMAGE_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The image is too large"),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The media type is not supported"),
    RANGE_NOT_SATISFIABLE(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "The file does not have that range"),
    EXPECTATION_FAILED(HttpStatus.EXPECTATION_FAILED, "The service does not meet that expectation"),
    UNUSUAL_INPUT(HttpStatus.UNPROCESSABLE_CONTENT, "The image does not look like the model's training images"),
    TOO_MANY_REQUESTS(HttpStatus.TOO_MANY_REQUESTS, "The key was used too often"),
    HEADERS_TOO_LARGE(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers of the request are too large"),
    INFERENCE_FAILED(HttpStatus.INTERNAL_SERVER_ERROR, "The model failed"),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "The service failed"),
    NOT_IMPLEMENTED(HttpStatus.NOT_IMPLEMENTED, "The service does not support what the request needs"),
    OVERLOADED(HttpStatus.SERVICE_UNAVAILABLE, "The service is overloaded"),
    NOT_READY(HttpStatus.SERVICE_UNAVAILABLE, "The service is not ready"),
    DEADLINE_EXCEEDED(HttpStatus.GATEWAY_TIMEOUT, "The answer took too long"),
    HTTP_VERSION_NOT_SUPPORTED(HttpStatus.HTTP_VERSION_NOT_SUPPORTED, "The version of HTTP is not supported");

    private final HttpStatus status;
    private final String title;

    ProblemType(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    HttpStatus status() {
        return status;
    }

    /** Returns the problem in words. */
    String title() {
        return title;
    }

    /** Returns the last part of the URI. */
    String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    URI uri() {
        return URI.create("urn:draem:problem:" + id());
    }

    Problem problem(String detail, String requestId) {
        return problem(status.value(), detail, requestId);
    }

    /** Returns a problem of an answer whose status is not the type's own: that of {@link #ofStatus} may be another. */
    Problem problem(int answered, String detail, String requestId) {
        return new Problem(uri(), title, answered, detail, requestId);
    }

    /** Returns the type for the way a request ended without a verdict. */
    static ProblemType of(Outcome outcome) {
        return switch (outcome) {
            case INVALID_REQUEST -> INVALID_REQUEST;
            case INVALID_IMAGE -> INVALID_IMAGE;
            case IMAGE_TOO_LARGE -> IMAGE_TOO_LARGE;
            case UNSUPPORTED_MEDIA_TYPE -> UNSUPPORTED_MEDIA_TYPE;
            case UNUSUAL_INPUT -> UNUSUAL_INPUT;
            case UNKNOWN_MODEL -> UNKNOWN_MODEL;
            case NOT_READY, SHUTTING_DOWN, CANCELLED -> NOT_READY;
            case OVERLOADED, OUT_OF_MEMORY, QUEUE_FULL -> OVERLOADED;
            case DEADLINE_EXCEEDED -> DEADLINE_EXCEEDED;
            case SLOW_BODY -> REQUEST_TIMEOUT;
            case INFERENCE_FAILED -> INFERENCE_FAILED;
            case INTERNAL_ERROR -> INTERNAL_ERROR;
            case SUCCESS -> throw new IllegalArgumentException("Success is no problem");
        };
    }

    /**
     * Returns the type for a status that the web server or the framework has set: the most general one where none has
     * that status.
     */
    static ProblemType ofStatus(int status) {
        return switch (status) {
            case 401 -> UNAUTHORIZED;
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 408 -> REQUEST_TIMEOUT;
            case 413 -> IMAGE_TOO_LARGE;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            case 416 -> RANGE_NOT_SATISFIABLE;
            case 417 -> EXPECTATION_FAILED;
            case 429 -> TOO_MANY_REQUESTS;
            case 431 -> HEADERS_TOO_LARGE;
            case 501 -> NOT_IMPLEMENTED;
            case 503 -> NOT_READY;
            case 504 -> DEADLINE_EXCEEDED;
            case 505 -> HTTP_VERSION_NOT_SUPPORTED;
            default -> status < 500 ? INVALID_REQUEST : INTERNAL_ERROR;
        };
    }
}
