package io.draem.service.api;

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

/** Tells the listener of requests that a door refused; of those that came further it has heard already. */
final class RefusalFilter extends OncePerRequestFilter {

    private static final String TOLD = RefusalFilter.class.getName();
    private static final String OUTCOME = TOLD + ".outcome";

    /** Callers without a key, those who ask too often, and what fails inside. */
    private static final Set<Integer> TOLD_ELSEWHERE = Set.of(401, 429, 500);

    private final DetectionListener listener;

    RefusalFilter(DetectionListener listener) {
        this.listener = listener;
    }

    /** Notes that the listener has heard how the request ended. */
    static void told(HttpServletRequest request) {
        request.setAttribute(TOLD, true);
    }

    /** Notes how a request ended where its status does not say so; the listener has not heard of it. */
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
        chain.doFilter(request, response);
        int status = response.getStatus();
        if (status >= 400 && !TOLD_ELSEWHERE.contains(status) && request.getAttribute(TOLD) == null) {
            Outcome outcome = request.getAttribute(OUTCOME) instanceof Outcome noted ? noted : outcome(status);
            listener.ended(null, outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static Outcome outcome(int status) {
        return switch (status) {
            case 408 -> Outcome.SLOW_BODY;
            case 413 -> Outcome.IMAGE_TOO_LARGE;
            case 415 -> Outcome.UNSUPPORTED_MEDIA_TYPE;
            case 503 -> Outcome.NOT_READY;
            case 504 -> Outcome.DEADLINE_EXCEEDED;
            default -> Outcome.INVALID_REQUEST;
        };
    }
}
