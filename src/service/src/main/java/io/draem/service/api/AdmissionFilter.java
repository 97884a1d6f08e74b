package io.draem.service.api;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionProperties;
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
    private final DetectionProperties properties;
    private final HandlerExceptionResolver problems;

    AdmissionFilter(Admission admission, DetectionProperties properties, HandlerExceptionResolver problems) {
        this.admission = admission;
        this.properties = properties;
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
            permit = admission.admit(model(request), length(request));
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

    /** Returns how many bytes of the body are read at most: what it says that it has, or what its door takes. */
    private long length(HttpServletRequest request) {
        long most = path(request).equals(DetectionController.PATH)
                ? properties.image().maxBytes().toBytes()
                : properties.batch().maxBytes().toBytes();
        long said = request.getContentLengthLong();
        return said < 0 ? most : Math.min(most, said);
    }

    private static String path(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }

    /** Returns the model that the address names; the parameters proper are read with the body, which has to wait. */
    private static @Nullable String model(HttpServletRequest request) {
        String[] path = path(request).split("/");
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
