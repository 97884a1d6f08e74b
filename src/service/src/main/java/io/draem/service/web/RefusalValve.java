package io.draem.service.web;

import io.draem.service.detection.DetectionListener;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** Reports requests that the web server refuses before a filter sees them, such as bytes that are not HTTP. */
final class RefusalValve extends ValveBase {

    private final DetectionListener listener;

    RefusalValve(DetectionListener listener) {
        super(true);
        this.listener = listener;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        long start = System.nanoTime();
        getNext().invoke(request, response);
        if (response.getStatus() >= 400 && !isObserved(request)) {
            listener.refused(
                    Objects.requireNonNullElse(request.getMethod(), ""),
                    response.getStatus(),
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /** Returns whether the request has reached the filters, which see to all that is measured of it. */
    private static boolean isObserved(Request request) {
        return request.getAttribute(ServerHttpObservationFilter.CURRENT_OBSERVATION_CONTEXT_ATTRIBUTE) != null;
    }
}
