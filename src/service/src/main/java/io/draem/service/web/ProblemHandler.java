package io.draem.service.web;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.UnreceivedBodyException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.coyote.BadRequestException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.util.StringUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Maps every failure to a problem document that reveals nothing of the service's internals. */
@RestControllerAdvice
class ProblemHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    /** The status of nginx for a client that has closed the connection; it is never sent and counts as a client error in metrics. */
    static final int CLIENT_CLOSED_REQUEST = 499;

    private final HttpServletRequest current;

    /**
     * @param current proxy of the current request
     */
    ProblemHandler(HttpServletRequest current) {
        this.current = current;
    }

    @ExceptionHandler
    ResponseEntity<Problem> detection(DetectionException e) {
        if (e.isReported()
                && current.getAttribute(HttpRequestContext.ATTRIBUTE) instanceof HttpRequestContext context) {
            context.reported();
        }
        OutcomeFilter.ended(current, e.outcome());
        if (e.outcome() == Outcome.CANCELLED) {
            return ResponseEntity.status(CLIENT_CLOSED_REQUEST).build();
        }
        HttpHeaders headers = new HttpHeaders();
        if (e instanceof DetectionException.Unavailable unavailable) {
            headers.set(
                    HttpHeaders.RETRY_AFTER,
                    Long.toString(unavailable.retryAfter().toSeconds()));
        }
        return answer(ProblemType.of(e.outcome()), headers, e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<Problem> problem(ProblemException e) {
        HttpHeaders headers = new HttpHeaders();
        if (e.type().status().value() == 503) {
            headers.set(HttpHeaders.RETRY_AFTER, "2"); // for a file system or a store that does not answer
        }
        return answer(e.type(), headers, e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<Problem> unreceivedBody(UnreceivedBodyException e) {
        return detection(e.reason());
    }

    @ExceptionHandler
    ResponseEntity<Problem> multipart(MultipartException e) {
        if (isOutOfMemory(e)) {
            return outOfMemory();
        }
        if (e.getRootCause() instanceof DetectionException reason) {
            return detection(reason);
        }
        if (isOfTheConnection(e)) {
            return unread(e);
        }
        MultipartProblem problem = MultipartProblem.of(e);
        return answer(problem.type(), problem.detail());
    }

    @ExceptionHandler
    ResponseEntity<Problem> encoding(InvalidParameterException e) {
        return answer(
                ProblemType.INVALID_REQUEST,
                "The query has a broken percent-encoding: write % as %25 and other bytes as %XX");
    }

    /** Endpoints of operations read a JSON body wherever one is sent. */
    @ExceptionHandler
    ResponseEntity<Problem> unreadable(HttpMessageNotReadableException e) {
        return answer(ProblemType.INVALID_REQUEST, "The body cannot be read: send none, or JSON without an error");
    }

    @ExceptionHandler
    ResponseEntity<Problem> mediaType(HttpMediaTypeNotSupportedException e) {
        return answer(
                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                e.getHeaders(),
                "The Content-Type of the request is not taken: send "
                        + StringUtils.collectionToDelimitedString(e.getSupportedMediaTypes(), " or ")
                        + example(e.getSupportedMediaTypes()));
    }

    /** Returns how an image is sent where one is taken. */
    private static String example(List<MediaType> supported) {
        if (supported.contains(MediaType.valueOf(Endpoints.IMAGE_TYPE))) {
            return "; for example Content-Type: image/jpeg and the file as the body, or a form with the file as its part '"
                    + Endpoints.PART + "'";
        }
        return supported.contains(MediaType.MULTIPART_FORM_DATA)
                ? "; each image as the file of a part '" + Endpoints.PARTS + "'"
                : "";
    }

    /** Spring takes a Content-Type with a wildcard for a mistake of the programmer. */
    @ExceptionHandler
    @Nullable
    ResponseEntity<Problem> wildcard(IllegalArgumentException e, HttpServletResponse response) {
        String type = current.getContentType();
        return type != null && type.contains("*")
                ? answer(
                        ProblemType.UNSUPPORTED_MEDIA_TYPE,
                        "The Content-Type of the request names no single media type: send one without '*'")
                : anything(e, response);
    }

    @ExceptionHandler
    ResponseEntity<Problem> accept(HttpMediaTypeNotAcceptableException e) {
        return answer(
                ProblemType.NOT_ACCEPTABLE,
                "The answer comes as " + StringUtils.collectionToDelimitedString(e.getSupportedMediaTypes(), " or ")
                        + ": name one in the Accept header");
    }

    @ExceptionHandler
    ResponseEntity<Problem> method(HttpRequestMethodNotSupportedException e) {
        Set<HttpMethod> methods = new TreeSet<>(Objects.requireNonNullElse(e.getSupportedHttpMethods(), Set.of()));
        String detail = "This path takes " + StringUtils.collectionToDelimitedString(methods, " or ");
        // As its answer to OPTIONS has it.
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        methods.add(HttpMethod.OPTIONS);
        HttpHeaders headers = new HttpHeaders();
        headers.setAllow(methods);
        return answer(ProblemType.METHOD_NOT_ALLOWED, headers, detail);
    }

    @ExceptionHandler
    ResponseEntity<Problem> path(NoResourceFoundException e) {
        String known = ProblemType.NOT_FOUND.detail(explorer());
        return answer(
                ProblemType.NOT_FOUND,
                current.getRequestURI().endsWith("/") ? known + "; none of them ends with a slash" : known);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Problem> anything(Exception e, HttpServletResponse response) {
        if (e instanceof ErrorResponse error) {
            int status = error.getStatusCode().value();
            return ResponseEntity.status(status)
                    .headers(error.getHeaders())
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .body(ErrorEndpoint.problem(status, null, explorer(), RequestId.of(current)));
        }
        if (isOfTheConnection(e)) {
            // The client closed the connection or sent less than it announced; one that still receives gets the
            // problem.
            log.debug("A request was not read or an answer not written", e);
            ResponseEntity<Problem> answer = unread(e);
            return response.isCommitted() ? null : answer;
        }
        if (isOutOfMemory(e)) {
            return response.isCommitted() ? null : outOfMemory();
        }
        log.error("{} {} failed", current.getMethod(), current.getRequestURI(), e);
        return response.isCommitted()
                ? null
                : answer(ProblemType.INTERNAL_ERROR, ProblemType.INTERNAL_ERROR.detail(explorer()));
    }

    /** Answers a request that did not come whole. */
    private ResponseEntity<Problem> unread(Throwable e) {
        if (isCausedBy(e, ClientAbortException.class)) {
            OutcomeFilter.ended(current, Outcome.CANCELLED);
        }
        return answer(ProblemType.INVALID_REQUEST, ErrorEndpoint.detail(e));
    }

    /** Answers a request whose body or answer did not fit the heap: Spring wraps errors too. */
    private ResponseEntity<Problem> outOfMemory() {
        log.error("{} {} did not fit the heap", current.getMethod(), current.getRequestURI());
        return detection(DetectionException.outOfMemory());
    }

    private static boolean isOutOfMemory(Throwable e) {
        return isCausedBy(e, OutOfMemoryError.class);
    }

    /** Returns whether the connection broke or its data was malformed; any other failure to read or write is internal. */
    private static boolean isOfTheConnection(Throwable e) {
        return isCausedBy(e, ClientAbortException.class)
                || isCausedBy(e, BadRequestException.class)
                || isCausedBy(e, AsyncRequestNotUsableException.class);
    }

    private static boolean isCausedBy(Throwable e, Class<? extends Throwable> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private String explorer() {
        return ErrorEndpoint.explorer(current);
    }

    private ResponseEntity<Problem> answer(ProblemType type, String detail) {
        return answer(type, HttpHeaders.EMPTY, detail);
    }

    private ResponseEntity<Problem> answer(ProblemType type, HttpHeaders headers, @Nullable String detail) {
        return ResponseEntity.status(type.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(type.problem(detail == null ? type.detail(explorer()) : detail, RequestId.of(current)));
    }
}
