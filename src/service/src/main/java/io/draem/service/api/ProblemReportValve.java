package io.draem.service.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Answers what Tomcat refuses before a servlet sees it, in place of its HTML page. */
public final class ProblemReportValve extends ErrorReportValve {

    /** Tomcat's own limit, which no property changes. */
    private static final int MAX_HEADERS = 100;

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** What Tomcat says of a head that is larger than its limits, by the keys of its messages: it has no type for it. */
    private static final Set<String> TOO_LARGE = Set.of(
            StringManager.getManager("org.apache.coyote.http11").getString("iib.requestheadertoolarge.error"),
            StringManager.getManager("org.apache.tomcat.util.http").getString("headers.maxCountFail", MAX_HEADERS));

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = hasTooLargeHeaders(throwable) ? 431 : response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String id = RequestId.of(request);
        response.setHeader(RequestId.HEADER, id);
        response.setStatus(status);
        Problem problem = ErrorDoor.problem(status, throwable, id);
        boolean protocol = ProtocolErrors.isProtocol(request.getRequestURI());
        try {
            response.setContentType(
                    protocol ? MediaType.APPLICATION_JSON_VALUE : MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getOutputStream()
                    .write(JSON.writeValueAsString(protocol ? ProtocolErrors.error(problem) : problem)
                            .getBytes(StandardCharsets.UTF_8));
            response.finishResponse();
        } catch (IOException e) {
            // The caller has gone: there is nobody to tell.
        }
    }

    /** Tells whether Tomcat has refused a request because of the size of its head: it answers 400 then as well. */
    private static boolean hasTooLargeHeaders(@Nullable Throwable throwable) {
        return throwable != null && TOO_LARGE.contains(throwable.getMessage());
    }
}
