package io.draem.service.web;

import io.draem.service.security.Access;
import io.draem.service.security.Gatekeeper;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Rejects requests without a valid key with 401, and those whose key was used too often with 429. The name of a valid key
 * is the request's principal.
 */
final class KeyFilter extends OncePerRequestFilter {

    private final Gatekeeper gatekeeper;
    private final Set<String> openPaths;
    private final BiPredicate<String, String> limited;

    /**
     * @param limited whether a request counts against the rate limit of its key, by its method and its path as it was
     *     sent
     * @param openPaths paths that need no key, compared with the path as it was sent: whatever two readers could
     *     understand in two ways is none of them
     */
    KeyFilter(Gatekeeper gatekeeper, BiPredicate<String, String> limited, Set<String> openPaths) {
        this.gatekeeper = gatekeeper;
        this.limited = limited;
        this.openPaths = openPaths;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        HttpRequestContext context =
                request.getAttribute(HttpRequestContext.ATTRIBUTE) instanceof HttpRequestContext known ? known : null;
        Decision decision = context == null ? null : context.decision();
        if (decision == null) {
            // As it was sent, and not as a proxy would have it.
            String path = context == null ? request.getRequestURI() : context.path();
            decision = decide(request.getMethod(), path, request::getHeader);
        }
        Access access = decision.access();
        String name = decision.name();
        if (access instanceof Access.Limited limited) {
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds(limited.retryAfter())));
            response.sendError(429);
        } else if (access instanceof Access.Denied) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, Headers.CHALLENGE);
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
        } else {
            if (name != null && requiresKeys() && context != null) {
                context.identified(name);
            }
            chain.doFilter(name == null ? request : new Known(request, name, gatekeeper), response);
        }
    }

    /**
     * What became of a request.
     *
     * @param name name of its key; null where it has none that is good
     */
    record Decision(@Nullable String name, Access access) {}

    /**
     * Decides on a request by its headers, and counts it: to be called once for each.
     *
     * @param path the path as it was sent
     */
    Decision decide(String method, String path, Function<String, @Nullable String> headers) {
        String name = identify(headers);
        return new Decision(
                name,
                openPaths.contains(path) ? new Access.Granted() : gatekeeper.admit(name, limited.test(method, path)));
    }

    /** Returns the name of the key that a request brings; null where it has none that is good. Counts nothing. */
    @Nullable
    String identify(Function<String, @Nullable String> headers) {
        return gatekeeper.identify(Headers.key(headers));
    }

    /** Returns whether requests need a key. */
    boolean requiresKeys() {
        return gatekeeper.requiresKeys();
    }

    /** Rounded up: a request after that time is admitted. */
    private static long seconds(Duration wait) {
        return wait.plusNanos(999_999_999).toSeconds();
    }

    /** A request of which it is known who sends it. */
    private static final class Known extends HttpServletRequestWrapper {

        private final String name;
        private final Gatekeeper gatekeeper;

        Known(HttpServletRequest request, String name, Gatekeeper gatekeeper) {
            super(request);
            this.name = name;
            this.gatekeeper = gatekeeper;
        }

        @Override
        public boolean isUserInRole(String role) {
            String key = Headers.key(this::getHeader);
            return role.equals(Gatekeeper.ADMIN) && gatekeeper.isAdmin(key)
                    || role.equals(Gatekeeper.REVIEW) && gatekeeper.isReviewer(key);
        }

        @Override
        public Principal getUserPrincipal() {
            return () -> name;
        }

        @Override
        public String getRemoteUser() {
            return name;
        }
    }
}
