package io.draem.service.web;

/** The service's own headers. */
public final class Headers {

    /** The id of a request, in the request and in its response. */
    public static final String REQUEST_ID = "X-Request-Id";

    /** Seconds that the client waits, such as 0.25; more than the service's own limit changes nothing. */
    public static final String REQUEST_TIMEOUT = "X-Request-Timeout";

    /** A key of the service. */
    public static final String API_KEY = "X-API-Key";

    /** The value of WWW-Authenticate: how a request without a valid key is to send one. */
    public static final String CHALLENGE = "Bearer realm=\"draem\"";

    /** How long the stages took. See <a href="https://www.w3.org/TR/server-timing/">Server Timing</a>. */
    public static final String SERVER_TIMING = "Server-Timing";

    private Headers() {}
}
