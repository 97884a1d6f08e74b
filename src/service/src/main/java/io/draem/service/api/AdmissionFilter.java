package io.draem.service.api;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Lets requests with images in before a byte of their body is read, or refuses them; and takes the deadline that a
 * caller sets from its header.
 */
final class AdmissionFilter extends OncePerRequestFilter {

    /** Seconds that the caller waits, such as 0.25; more than the service's own limit changes nothing. */
    static final String TIMEOUT_HEADER = "X-Request-Timeout";

    private static final double LONGEST = 1e6;

    private final Admission admission;
    private final HandlerExceptionResolver problems;

    AdmissionFilter(Admission admission, HandlerExceptionResolver problems) {
        this.admission = admission;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !"POST".equals(request.getMethod());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Admission.Permit permit;
        try {
            shorten((Arrival) request.getAttribute(Arrival.ATTRIBUTE), request.getHeader(TIMEOUT_HEADER));
            permit = admission.admit(model(request), request.getContentLengthLong());
        } catch (DetectionException e) {
            problems.resolveException(request, response, null, e);
            return;
        }
        try (permit) {
            chain.doFilter(request, response);
        }
    }

    private static void shorten(Arrival arrival, @Nullable String timeout) throws DetectionException {
        if (timeout != null) {
            double seconds = seconds(timeout);
            if (!(seconds > 0 && seconds <= LONGEST)) {
                throw new DetectionException.Rejected(
                        Outcome.INVALID_REQUEST,
                        "The header " + TIMEOUT_HEADER + " must be a positive number of seconds, such as 0.25");
            }
            arrival.shorten(System.nanoTime() + (long) (seconds * 1e9));
        }
    }

    private static double seconds(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Returns the model that the address names; the parameters proper are read with the body, which has to wait. */
    private static @Nullable String model(HttpServletRequest request) {
        String[] path = request.getRequestURI().split("/");
        if (path.length > 3 && path[1].equals("v2")) {
            return decode(path[3]);
        }
        String query = request.getQueryString();
        return query == null
                ? null
                : Arrays.stream(query.split("&"))
                        .filter(parameter -> parameter.startsWith("model="))
                        .map(parameter -> decode(parameter.substring("model=".length())))
                        .findFirst()
                        .orElse(null);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // refused where the parameters are read
        }
    }
}
