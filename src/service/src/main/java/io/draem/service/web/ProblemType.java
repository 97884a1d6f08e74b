package io.draem.service.web;

import io.draem.service.detection.Outcome;
import java.net.URI;
import java.util.Locale;
import org.springframework.http.HttpStatus;

/** Types of problems; each has a stable {@link #uri()} and a status. */
public enum ProblemType {
    INVALID_REQUEST(HttpStatus.BAD_REQUEST, "The request is not valid"),
    INVALID_IMAGE(HttpStatus.BAD_REQUEST, "The image cannot be read"),
    UNAUTHORIZED(HttpStatus.UNAUTHORIZED, "The request has no valid key"),
    FORBIDDEN(HttpStatus.FORBIDDEN, "The key has no right to do this"),
    UNKNOWN_MODEL(HttpStatus.NOT_FOUND, "The model is not served"),
    NO_CANDIDATE(HttpStatus.NOT_FOUND, "The model has no candidate"),
    NOT_CAPTURED(HttpStatus.NOT_FOUND, "There is no such captured image"),
    NOT_FOUND(HttpStatus.NOT_FOUND, "The path does not exist"),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The path does not support this method"),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "The response is not available in that media type"),
    REQUEST_TIMEOUT(HttpStatus.REQUEST_TIMEOUT, "The request arrived too slowly"),
    VERSION_CONFLICT(HttpStatus.CONFLICT, "The version in service cannot be changed like this"),
    LABEL_CONFLICT(HttpStatus.CONFLICT, "Another label came first"),
    IMAGE_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The image is too large"),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The media type is not supported"),
    RANGE_NOT_SATISFIABLE(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "The file does not have that range"),
    EXPECTATION_FAILED(HttpStatus.EXPECTATION_FAILED, "The Expect header is not supported"),
    UNUSUAL_INPUT(HttpStatus.UNPROCESSABLE_CONTENT, "The image does not look like the model's training images"),
    TOO_MANY_REQUESTS(HttpStatus.TOO_MANY_REQUESTS, "The key was used too often"),
    HEADERS_TOO_LARGE(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers of the request are too large"),
    INFERENCE_FAILED(HttpStatus.INTERNAL_SERVER_ERROR, "The model failed"),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "The service failed"),
    NOT_IMPLEMENTED(HttpStatus.NOT_IMPLEMENTED, "The service does not support what the request needs"),
    OVERLOADED(HttpStatus.SERVICE_UNAVAILABLE, "The service is overloaded"),
    NOT_READY(HttpStatus.SERVICE_UNAVAILABLE, "The service is not ready"),
    CAPTURES_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "The store of captured images does not answer"),
    DEADLINE_EXCEEDED(HttpStatus.GATEWAY_TIMEOUT, "The response took too long"),
    HTTP_VERSION_NOT_SUPPORTED(HttpStatus.HTTP_VERSION_NOT_SUPPORTED, "The version of HTTP is not supported");

    private final HttpStatus status;
    private final String title;

    ProblemType(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    /** Returns the HTTP status. */
    public HttpStatus status() {
        return status;
    }

    /** Returns the problem in words. */
    public String title() {
        return title;
    }

    /** Returns the last part of the URI. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    URI uri() {
        return URI.create("urn:draem:problem:" + id());
    }

    /**
     * Returns a problem of this type, with its status.
     *
     * @param detail what is wrong with the request, and the remedy
     */
    public Problem problem(String detail, String requestId) {
        return problem(status.value(), detail, requestId);
    }

    /** Returns a problem of an answer whose status is not the type's own: that of {@link #ofStatus} may be another. */
    Problem problem(int answered, String detail, String requestId) {
        return new Problem(uri(), title, answered, detail, requestId);
    }

    /**
     * Returns the detail of a problem of which only the type is known.
     *
     * @param explorer the path of Swagger UI with all that is before it
     */
    public String detail(String explorer) {
        return switch (this) {
            case UNAUTHORIZED ->
                "Send a key of this service in the header " + Headers.API_KEY + ", or as Authorization: Bearer";
            case FORBIDDEN ->
                "Use a key that has the right to do this, in the file of draem.security.api-keys.file: review to see and"
                        + " label captured images, admin to load, unload, promote and roll back models";
            case NOT_CAPTURED ->
                "It was deleted, or the service captures no images: draem.capture.directory names where they are kept";
            case CAPTURES_UNAVAILABLE -> "Try again later; the service's log says why";
            case LABEL_CONFLICT -> "Read the image again, and label it with its revision";
            case VERSION_CONFLICT -> "Another version serves, or is the candidate: see GET /v1/models/{name}";
            case TOO_MANY_REQUESTS -> "Send fewer requests with this key; Retry-After has the seconds to wait";
            case NOT_FOUND -> "See " + explorer + " for the paths of this service";
            case METHOD_NOT_ALLOWED -> "See " + explorer + " for the methods of this path";
            case REQUEST_TIMEOUT -> "The request arrived too slowly: send it again, without pauses";
            case IMAGE_TOO_LARGE -> "The request is larger than this service takes: send a smaller image";
            case UNUSUAL_INPUT -> "Check light, exposure and focus of the camera, and send another image";
            case RANGE_NOT_SATISFIABLE -> "Request a range within the file, or the whole file";
            case EXPECTATION_FAILED -> "Send no header Expect, or Expect: 100-continue";
            case HEADERS_TOO_LARGE ->
                "The request line and the headers are longer than server.max-http-request-header-size, or there are more"
                        + " than 100 headers: send fewer and shorter ones";
            case NOT_IMPLEMENTED ->
                "Send the body with Content-Length or Transfer-Encoding: chunked, and use the methods of the paths in"
                        + " " + explorer;
            case HTTP_VERSION_NOT_SUPPORTED -> "Use HTTP/1.1 or HTTP/1.0";
            case INTERNAL_ERROR, INFERENCE_FAILED -> "The service's log says why";
            case NOT_READY, OVERLOADED, DEADLINE_EXCEEDED -> "Try again later";
            case INVALID_REQUEST ->
                "The request is not valid HTTP: write characters of path and query as %XX where HTTP does not allow them,"
                        + " and check the Host, Content-Length and other headers";
            default -> "The request violates HTTP or the contract of this service: see " + explorer;
        };
    }

    /** Returns the type for the way a request ended without a verdict. */
    public static ProblemType of(Outcome outcome) {
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
            case 403 -> FORBIDDEN;
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 408 -> REQUEST_TIMEOUT;
            case 409 -> VERSION_CONFLICT;
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
