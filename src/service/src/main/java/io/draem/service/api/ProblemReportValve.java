package io.draem.service.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Answers what Tomcat refuses before a servlet sees it, in place of its HTML page. */
public final class ProblemReportValve extends ErrorReportValve {

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ProblemType type = ProblemType.ofStatus(response.getStatus());
        String id = RequestId.of(request);
        response.setHeader(RequestId.HEADER, id);
        Problem problem = type.problem(ErrorDoor.detail(type), id);
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
}
