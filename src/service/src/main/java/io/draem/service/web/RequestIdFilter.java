package io.draem.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives every request its {@link RequestId}: in the answer, and in each line of the log that is written for it. */
final class RequestIdFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = RequestId.of(request);
        response.setHeader(Headers.REQUEST_ID, id);
        try (MDC.MDCCloseable context = MDC.putCloseable(RequestId.LOG_KEY, id)) {
            chain.doFilter(request, response);
        }
    }
}
