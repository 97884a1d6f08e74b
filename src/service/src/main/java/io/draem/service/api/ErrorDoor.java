package io.draem.service.api;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import org.apache.coyote.BadRequestException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers what fails outside of the controllers, in place of Boot's own page. */
@Hidden
@RestController
class ErrorDoor implements ErrorController {

    /** The path of Swagger UI, without the context's. */
    static final String EXPLORER = "/swagger-ui.html";

    @RequestMapping("${server.error.path:/error}")
    @Nullable
    ResponseEntity<Problem> error(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            return null; // the connection failed after the answer: a second one would only spoil it
        }
        // Nobody is sent here without an error, but anybody can ask for the path.
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        Throwable failure = (Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        return ResponseEntity.status(status)
                .header(RequestId.HEADER, RequestId.of(request))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem(status, failure, explorer(request), RequestId.of(request)));
    }

    /** Returns where the explorer is for the client of a request; a web server without an explorer names another one. */
    static String explorer(HttpServletRequest request) {
        ServletContext context = request.getServletContext();
        String known = context.getInitParameter(ProblemReportValve.EXPLORER);
        return known != null && !known.equals(context.getContextPath() + EXPLORER)
                ? known
                : request.getContextPath() + EXPLORER; // with the prefix that a proxy adds
    }

    /**
     * Returns the problem for a status that the web server or the framework has set.
     *
     * @param failure what the web server met; null where it met nothing, or says nothing of it
     * @param explorer the path of Swagger UI with all that is before it
     */
    static Problem problem(int status, @Nullable Throwable failure, String explorer, String requestId) {
        ProblemType type = ProblemType.ofStatus(status);
        String detail =
                type == ProblemType.INVALID_REQUEST && failure != null ? detail(failure) : detail(type, explorer);
        return type.problem(status, detail, requestId);
    }

    /** Returns what was wrong with a request that the web server could not read. */
    static String detail(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException) {
                return "The request ended too early: send it whole";
            }
            if (cause instanceof BadRequestException) {
                return "The chunks of the body cannot be read: send each with its length in hexadecimal before it, the"
                        + " last with the length 0, and nothing long beside the data";
            }
        }
        return detail(ProblemType.INVALID_REQUEST, EXPLORER);
    }

    /**
     * Returns what can be said where only the kind of the problem is known.
     *
     * @param explorer the path of Swagger UI with all that is before it
     */
    static String detail(ProblemType type, String explorer) {
        return switch (type) {
            case UNAUTHORIZED ->
                "Send a key of this service in the header " + KeyFilter.KEY_HEADER + ", or as Authorization: Bearer";
            case TOO_MANY_REQUESTS -> "Send fewer requests with this key; Retry-After has the seconds to wait";
            case NOT_FOUND -> "See " + explorer + " for the paths of this service";
            case METHOD_NOT_ALLOWED -> "See " + explorer + " for the methods of this path";
            case REQUEST_TIMEOUT -> "The request arrived too slowly: send it again, without pauses";
            case IMAGE_TOO_LARGE -> "The request is larger than this service takes: send a smaller image";
            case UNUSUAL_INPUT -> "Check light, exposure and focus of the camera, and send another image";
            case RANGE_NOT_SATISFIABLE -> "Ask for a range within the file, or for the whole file";
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
            default -> "The request breaks the rules of HTTP or of this service: see " + explorer;
        };
    }
}
