package io.draem.service.api;

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
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets pass who may: 401 without a good key, 429 with one that was used too often. Whoever brings a good key is the
 * request's principal.
 */
final class KeyFilter extends OncePerRequestFilter {

    static final String KEY_HEADER = "X-API-Key";

    /** What a request without a good key is told of how to send one. */
    static final String CHALLENGE = "Bearer realm=\"draem\"";

    private static final String BEARER = "Bearer ";

    private final Gatekeeper gatekeeper;
    private final Set<String> openPaths;
    private final Predicate<HttpServletRequest> limited;

    /**
     * @param limited whether a request counts against the rate limit of its key
     * @param openPaths paths that need no key, compared with the path as it was sent: whatever two readers could
     *     understand in two ways is none of them
     */
    KeyFilter(Gatekeeper gatekeeper, Predicate<HttpServletRequest> limited, Set<String> openPaths) {
        this.gatekeeper = gatekeeper;
        this.limited = limited;
        this.openPaths = openPaths;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String name = gatekeeper.identify(key(request::getHeader));
        if (openPaths.contains(request.getRequestURI())) {
            chain.doFilter(name == null ? request : new Known(request, name), response);
            return;
        }
        Access access = gatekeeper.admit(name, limited.test(request));
        if (access instanceof Access.Limited limited) {
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds(limited.retryAfter())));
            response.sendError(429);
        } else if (access instanceof Access.Denied || name == null) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE);
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
        } else {
            if (gatekeeper.requiresKeys() && request.getAttribute(Arrival.ATTRIBUTE) instanceof Arrival arrival) {
                arrival.identified(name);
            }
            chain.doFilter(new Known(request, name), response);
        }
    }

    /** Returns the key that a request brings, by its headers; null for none. */
    static @Nullable String key(Function<String, @Nullable String> headers) {
        String key = headers.apply(KEY_HEADER);
        if (key != null) {
            return key;
        }
        String authorization = headers.apply(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }

    /** Rounded up: whoever waits so long may pass. */
    private static long seconds(Duration wait) {
        return wait.plusNanos(999_999_999).toSeconds();
    }

    /** A request of which it is known who sends it. */
    private static final class Known extends HttpServletRequestWrapper {

        private final String name;

        Known(HttpServletRequest request, String name) {
            super(request);
            this.name = name;
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
