package io.draem.service.web;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The service's own headers. */
public final class Headers {

    /** The id of a request, in the request and in its response. */
    public static final String REQUEST_ID = "X-Request-Id";

    /** Seconds that the client waits, such as 0.25; more than the service's own limit changes nothing. */
    public static final String REQUEST_TIMEOUT = "X-Request-Timeout";

    /** What a client gives with requests that the same version of a model should answer, such as the name of its line. */
    public static final String ROUTING_KEY = "Draem-Routing-Key";

    /** A key of the service. */
    public static final String API_KEY = "X-API-Key";

    /** The value of WWW-Authenticate: how a request without a valid key is to send one. */
    public static final String CHALLENGE = "Bearer realm=\"draem\"";

    /** How long the stages took. See <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>. */
    public static final String SERVER_TIMING = "Server-Timing";

    private static final String AUTHORIZATION = "Authorization";
    private static final String BEARER = "Bearer ";

    private Headers() {}

    /** Returns the routing key of a header's value; null where it is absent or blank. */
    public static @Nullable String routingKey(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    /**
     * Returns the key that a request brings; null for none.
     *
     * @param headers gives the value of a header by its name; null where the request does not have it
     */
    public static @Nullable String key(Function<String, @Nullable String> headers) {
        String key = headers.apply(API_KEY);
        if (key != null) {
            return key;
        }
        String authorization = headers.apply(AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }
}
