package io.draem.service.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;

/** The bodies of requests as arrays. */
public final class RequestBytes {

    private RequestBytes() {}

    /**
     * Returns the body of a request, not copied again since it has been received; of a body that has more bytes than the
     * limit, some more than the limit. Called at most once.
     *
     * @throws io.draem.service.detection.UnreceivedBodyException if the body, within the limit, was not received
     */
    public static byte[] read(HttpServletRequest request, int limit) throws IOException {
        if (request.getAttribute(HttpRequestContext.ATTRIBUTE) instanceof HttpRequestContext context
                && context.body() != null) {
            return context.body().take(limit);
        }
        return request.getInputStream().readNBytes(limit + 1);
    }
}
