package io.draem.service.web;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Gives requests with images a slot once their bodies have arrived, or rejects them; and takes the deadline that a client
 * sets from its header.
 */
final class AdmissionFilter extends OncePerRequestFilter {

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
        HttpRequestContext context = (HttpRequestContext) request.getAttribute(HttpRequestContext.ATTRIBUTE);
        RequestTarget target = target(request);
        String model = target.model();
        Admission.Permit permit;
        try {
            DetectionException refusal = context.refusal();
            if (refusal != null) {
                if (refusal.outcome() == Outcome.SLOW_BODY || refusal.outcome() == Outcome.DEADLINE_EXCEEDED) {
                    response.setHeader("Connection", "close"); // the rest of the body is not waited for
                }
                throw admission.refuse(model, refusal, context.age());
            }
            if (Endpoints.takesImages(target.path())) {
                requireNoCoding(request, response, model, context);
            }
            context.shorten(timeout(request.getHeader(Headers.REQUEST_TIMEOUT), Long.MAX_VALUE));
            permit = admission.admit(model, context.client(), context.isAdmitted());
        } catch (DetectionException e) {
            problems.resolveException(request, response, null, e);
            return;
        }
        try (permit) {
            chain.doFilter(request, response);
        }
    }

    /** Refuses a compressed body before it is read as a form or an image. */
    private void requireNoCoding(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable String model,
            HttpRequestContext context)
            throws DetectionException {
        try {
            ContentCoding.requireNone("The body", request.getHeaders(HttpHeaders.CONTENT_ENCODING));
        } catch (DetectionException e) {
            response.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
            throw admission.refuse(model, e, context.age());
        }
    }

    /**
     * Returns how long a client waits.
     *
     * @param header what it says; null where it says nothing
     * @param otherwise nanoseconds for a client that says nothing
     */
    static long timeout(@Nullable String header, long otherwise) throws DetectionException {
        if (header == null) {
            return otherwise;
        }
        double seconds = seconds(header);
        if (!(seconds > 0 && seconds <= LONGEST)) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The header " + Headers.REQUEST_TIMEOUT + " must be a positive number of seconds, such as 0.25");
        }
        return (long) (seconds * 1e9);
    }

    private static double seconds(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static RequestTarget target(HttpServletRequest request) {
        return RequestTarget.of(request, request.getServletContext().getContextPath());
    }
}
