package io.draem.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/** Identifier of a request in its response, in problems and in the log: the client's own, or a generated one. */
public final class RequestId {

    /** The name in the log's context. */
    public static final String LOG_KEY = "requestId";

    /** Copied into logs and headers: only letters, digits and punctuation without a meaning there. */
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:+=/@-]{0,127}");

    private static final String ATTRIBUTE = RequestId.class.getName();

    private RequestId() {}

    /** Returns the id of a request, the same at every call; one from the client that is too long or has other characters is replaced. */
    public static String of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String known) {
            return known;
        }
        String id = of(request.getHeader(Headers.REQUEST_ID));
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /**
     * Returns the id of a request.
     *
     * @param sent the client's own; null without one
     */
    public static String of(@Nullable String sent) {
        return sent != null && SANE.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
    }

    /** Gives every request its {@link RequestId}: in the answer, and in each line of the log that is written for it. */
    static final class Filter extends OncePerRequestFilter {

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String id = of(request);
            response.setHeader(Headers.REQUEST_ID, id);
            try (MDC.MDCCloseable context = MDC.putCloseable(LOG_KEY, id)) {
                chain.doFilter(request, response);
            }
        }
    }
}
