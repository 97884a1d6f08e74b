package io.draem.service.web;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Duration;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/** Gives every request its context. */
final class RequestContextValve extends ValveBase {

    private final long requestTimeout;
    private final ConnectionDrain connections;

    RequestContextValve(Duration requestTimeout, ConnectionDrain connections) {
        super(true);
        this.connections = connections;
        this.requestTimeout = requestTimeout.toNanos();
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        HttpRequestContext context =
                new HttpRequestContext(request.getCoyoteRequest(), request.getRemoteAddr(), requestTimeout);
        request.setAttribute(HttpRequestContext.ATTRIBUTE, context);
        if (connections.isClosing()) {
            response.setHeader("Connection", "close");
        }
        Thread.interrupted(); // which the previous request of this thread may have left set
        try {
            getNext().invoke(request, response);
        } finally {
            Thread.interrupted();
            context.answered(null);
        }
    }
}
