package io.draem.service.web;

import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Outcome;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

/**
 * Sees to it that the outcome of each request is reported exactly once: that of a request which nothing inside has reported
 * is reported here, and verdicts count once their answer has been written.
 */
final class OutcomeFilter extends OncePerRequestFilter {

    private static final String OUTCOME = OutcomeFilter.class.getName();

    /** Clients without a key and those that ask too often: {@code draem_access_total} counts them. */
    private static final Set<Integer> COUNTED_AS_ACCESS = Set.of(401, 429);

    private final DetectionListener listener;

    OutcomeFilter(DetectionListener listener) {
        this.listener = listener;
    }

    /** Notes how a request ended for which the status says too little. */
    static void ended(HttpServletRequest request, Outcome outcome) {
        request.setAttribute(OUTCOME, outcome);
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !"POST".equals(request.getMethod());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long start = System.nanoTime();
        HttpRequestContext context = (HttpRequestContext) request.getAttribute(HttpRequestContext.ATTRIBUTE);
        // Metrics know the endpoint of a request that is refused before a controller is chosen.
        ServerHttpObservationFilter.findObservationContext(request)
                .ifPresent(metrics -> metrics.setPathPattern(Endpoints.pattern(request.getServletPath())));
        boolean thrown = true;
        try {
            chain.doFilter(request, response);
            thrown = false;
        } finally {
            int status = thrown ? 500 : response.getStatus();
            Outcome outcome = request.getAttribute(OUTCOME) instanceof Outcome known ? known : outcome(status);
            // Within the observation of the request, so that its trace is known to what is reported.
            context.answered(status < 500 ? null : outcome);
            if (!context.isReported() && status >= 400 && !COUNTED_AS_ACCESS.contains(status)) {
                listener.ended(null, outcome, Duration.ofNanos(System.nanoTime() - start));
            }
        }
    }

    private static Outcome outcome(int status) {
        return switch (status) {
            case 408 -> Outcome.SLOW_BODY;
            case 413 -> Outcome.IMAGE_TOO_LARGE;
            case 415 -> Outcome.UNSUPPORTED_MEDIA_TYPE;
            case 503 -> Outcome.NOT_READY;
            case 504 -> Outcome.DEADLINE_EXCEEDED;
            default -> status < 500 ? Outcome.INVALID_REQUEST : Outcome.INTERNAL_ERROR;
        };
    }
}
