package io.draem.service.api;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
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

    @RequestMapping("${server.error.path:/error}")
    @Nullable
    ResponseEntity<Problem> error(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            return null; // the connection failed after the answer: a second one would only spoil it
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        // Nobody is sent here without an error, but anybody can ask for the path.
        ProblemType type = ProblemType.ofStatus(status instanceof Integer code ? code : 404);
        return ResponseEntity.status(type.status())
                .header(RequestId.HEADER, RequestId.of(request))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(type.problem(detail(type), RequestId.of(request)));
    }

    /** Returns what can be said where only the kind of the problem is known. */
    static String detail(ProblemType type) {
        return switch (type) {
            case UNAUTHORIZED ->
                "Send a key of this service in the header " + KeyFilter.KEY_HEADER + ", or as Authorization: Bearer";
            case TOO_MANY_REQUESTS -> "Send fewer requests with this key; Retry-After has the seconds to wait";
            case NOT_FOUND -> "See /swagger-ui.html for the paths of this service";
            case METHOD_NOT_ALLOWED -> "See /swagger-ui.html for the methods of this path";
            case REQUEST_TIMEOUT -> "The request arrived too slowly: send it again, without pauses";
            case IMAGE_TOO_LARGE -> "The request is larger than this service takes: send a smaller image";
            case UNUSUAL_INPUT -> "Check light, exposure and focus of the camera, and send another image";
            case INTERNAL_ERROR, INFERENCE_FAILED -> "The service's log says why";
            case NOT_READY, OVERLOADED, DEADLINE_EXCEEDED -> "Try again later";
            default -> "The request breaks the rules of HTTP or of this service: see /swagger-ui.html";
        };
    }
}
