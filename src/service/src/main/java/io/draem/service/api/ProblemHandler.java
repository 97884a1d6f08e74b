package io.draem.service.api;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;

/** Turns everything that goes wrong into problem documents; nothing of the service's inside leaves in them. */
@RestControllerAdvice
class ProblemHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    @ExceptionHandler
    ResponseEntity<Problem> detection(DetectionException e) {
        HttpHeaders headers = new HttpHeaders();
        if (e instanceof DetectionException.Unavailable unavailable) {
            headers.set(
                    HttpHeaders.RETRY_AFTER,
                    Long.toString(unavailable.retryAfter().toSeconds()));
        }
        return answer(type(e.outcome()), headers, e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<Problem> tooLarge(MaxUploadSizeExceededException e) {
        return answer(
                ProblemType.IMAGE_TOO_LARGE, "The request is larger than this service takes: send a smaller image");
    }

    @ExceptionHandler
    ResponseEntity<Problem> lateBody(LateBodyException e) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.CONNECTION, "close");
        return answer(
                ProblemType.DEADLINE_EXCEEDED,
                headers,
                "The body had not come before the deadline: send it faster, or raise draem.request-timeout or the"
                        + " request's own");
    }

    @ExceptionHandler
    ResponseEntity<Problem> multipart(MultipartException e) {
        if (e.getRootCause() instanceof LateBodyException late) {
            return lateBody(late);
        }
        return answer(
                ProblemType.INVALID_REQUEST,
                "The multipart body cannot be read: send the image as the file of a part named 'image', with the boundary"
                        + " that the Content-Type names");
    }

    @ExceptionHandler
    ResponseEntity<Problem> parameter(MethodArgumentTypeMismatchException e) {
        String wanted = Number.class.isAssignableFrom(e.getRequiredType() == null ? Object.class : e.getRequiredType())
                ? "a number"
                : "of another form";
        return answer(ProblemType.INVALID_REQUEST, "The parameter " + e.getName() + " must be " + wanted);
    }

    @ExceptionHandler
    ResponseEntity<Problem> encoding(InvalidParameterException e) {
        return answer(
                ProblemType.INVALID_REQUEST,
                "The query has a broken percent-encoding: write % as %25 and other bytes as %XX");
    }

    @ExceptionHandler
    ResponseEntity<Problem> mediaType(HttpMediaTypeNotSupportedException e) {
        return answer(
                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                "The Content-Type of the request is not taken: send multipart/form-data, image/* or"
                        + " application/octet-stream");
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
        return answer(
                ProblemType.METHOD_NOT_ALLOWED,
                e.getHeaders(),
                "This path takes " + StringUtils.arrayToDelimitedString(e.getSupportedMethods(), " or "));
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Problem> connection(IOException e) {
        // The caller went away or sent less than it announced: where it still listens, it learns that.
        log.debug("A request was not read or an answer not written", e);
        return answer(ProblemType.INVALID_REQUEST, "The request ended too early: send it whole");
    }

    @ExceptionHandler
    ResponseEntity<Problem> anything(Exception e, HttpServletRequest request) {
        if (e instanceof ErrorResponse response) {
            HttpStatusCode status = response.getStatusCode();
            ProblemType type = ProblemType.ofStatus(status.value());
            return answer(type, response.getHeaders(), ErrorDoor.detail(type));
        }
        log.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
        return answer(ProblemType.INTERNAL_ERROR, ErrorDoor.detail(ProblemType.INTERNAL_ERROR));
    }

    private static ProblemType type(Outcome outcome) {
        return switch (outcome) {
            case INVALID_REQUEST -> ProblemType.INVALID_REQUEST;
            case INVALID_IMAGE -> ProblemType.INVALID_IMAGE;
            case IMAGE_TOO_LARGE -> ProblemType.IMAGE_TOO_LARGE;
            case UNSUPPORTED_MEDIA_TYPE -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
            case UNKNOWN_MODEL -> ProblemType.UNKNOWN_MODEL;
            case NOT_READY, CANCELLED -> ProblemType.NOT_READY;
            case OVERLOADED -> ProblemType.OVERLOADED;
            case DEADLINE_EXCEEDED -> ProblemType.DEADLINE_EXCEEDED;
            case INFERENCE_FAILED -> ProblemType.INFERENCE_FAILED;
            case SUCCESS -> throw new IllegalArgumentException("Success is no problem");
        };
    }

    private static ResponseEntity<Problem> answer(ProblemType type, String detail) {
        return answer(type, HttpHeaders.EMPTY, detail);
    }

    private static ResponseEntity<Problem> answer(ProblemType type, HttpHeaders headers, @Nullable String detail) {
        return ResponseEntity.status(type.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(type.problem(detail == null ? ErrorDoor.detail(type) : detail));
    }
}
