package io.draem.service.security;

/** Learns how requests were judged where keys are required. */
public interface AccessListener {

    /** A request with a good key passed. */
    void granted(String key);

    /** A request with a good key was refused, since the key was used too often. */
    void limited(String key);

    /** A request had no key, or none that is good. */
    void denied();
}
