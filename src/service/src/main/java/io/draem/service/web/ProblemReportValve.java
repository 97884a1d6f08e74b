package io.draem.service.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Responds with a problem to what Tomcat rejects before a servlet is reached, instead of its HTML page. */
public final class ProblemReportValve extends ErrorReportValve {

    /** Tomcat's own limit, which no property changes. */
    private static final int MAX_HEADERS = 100;

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** Tomcat's messages for a request head beyond its limits, for which it has no exception of its own. */
    private static final Set<String> TOO_LARGE = Set.of(
            StringManager.getManager("org.apache.coyote.http11").getString("iib.requestheadertoolarge.error"),
            StringManager.getManager("org.apache.tomcat.util.http").getString("headers.maxCountFail", MAX_HEADERS));

    /** Name of the context's init parameter that holds the path of Swagger UI. */
    static final String EXPLORER = "explorer";

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = hasTooLargeHeaders(throwable) ? 431 : response.getStatus();
        if (status < 400 || status == ProblemHandler.CLIENT_CLOSED_REQUEST || response.getContentWritten() > 0) {
            return;
        }
        // Not so far where a status was set without a body, as an endpoint of operations does for an unknown component.
        response.setError();
        if (!response.setErrorReported()) {
            return;
        }
        Context context = context();
        String id = RequestId.of(request);
        response.setHeader(Headers.REQUEST_ID, id);
        response.setStatus(status);
        Problem problem = ErrorEndpoint.problem(status, throwable, context.findParameter(EXPLORER), id);
        boolean protocol = RequestTarget.of(request, context.getPath()).isProtocol();
        try {
            response.setContentType(
                    protocol ? MediaType.APPLICATION_JSON_VALUE : MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getOutputStream()
                    .write(JSON.writeValueAsString(protocol ? ProtocolErrors.error(problem) : problem)
                            .getBytes(StandardCharsets.UTF_8));
            response.finishResponse();
        } catch (IOException e) {
            // The client has closed the connection.
        }
    }

    /** Returns the only context of the host: a request outside of it has none. */
    private Context context() {
        return (Context) getContainer().findChildren()[0];
    }

    /** Returns whether Tomcat has rejected a request because of the size of its head, to which it responds with 400. */
    private static boolean hasTooLargeHeaders(@Nullable Throwable throwable) {
        return throwable != null && TOO_LARGE.contains(throwable.getMessage());
    }
}
