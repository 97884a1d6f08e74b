package io.draem.service.web;

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

/** Responds with a problem to what fails outside of the controllers, instead of Boot's error page. */
@Hidden
@RestController
class ErrorEndpoint implements ErrorController {

    @RequestMapping("${server.error.path:/error}")
    @Nullable
    ResponseEntity<Problem> error(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            return null; // the connection failed after the answer: a second one would only spoil it
        }
        // The web server forwards only errors here, but a client can request the path too.
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        Throwable failure = (Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        return ResponseEntity.status(status)
                .header(Headers.REQUEST_ID, RequestId.of(request))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem(status, failure, explorer(request), RequestId.of(request)));
    }

    /** Returns where the explorer is for the client of a request; a web server without an explorer names another one. */
    static String explorer(HttpServletRequest request) {
        ServletContext context = request.getServletContext();
        String known = context.getInitParameter(ProblemReportValve.EXPLORER);
        return known != null && !known.equals(context.getContextPath() + Endpoints.EXPLORER)
                ? known
                : request.getContextPath() + Endpoints.EXPLORER; // with the prefix that a proxy adds
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
                type == ProblemType.INVALID_REQUEST && failure != null ? detail(failure) : type.detail(explorer);
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
                        + " last with the length 0, and no long extensions";
            }
        }
        return ProblemType.INVALID_REQUEST.detail(Endpoints.EXPLORER);
    }
}
