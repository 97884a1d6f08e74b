package io.draem.service.security;

/** Receives the decision on each request if keys are required. */
public interface AccessListener {

    /** A request with a valid key was granted. */
    void granted(String key);

    /** A request with a valid key was refused because of the rate limit. */
    void limited(String key);

    /** A request had no valid key. */
    void denied();
}
