package io.draem.service.models;

import java.util.Locale;

/**
 * A version that should be served and is not.
 *
 * @param name name of the model
 * @param version number of the version
 * @param failure category of the failure
 * @param reason description of the failure
 */
public record FailedVersion(String name, int version, Failure failure, String reason) {

    /** Why a version is not served; the few values are labels of a metric. */
    public enum Failure {
        /** The graph cannot be served. */
        INVALID_GRAPH,
        /** The file cannot be read. */
        UNREADABLE,
        /** The digest of the file is not the configured one. */
        DIGEST_MISMATCH,
        /** The configured provider does not work. */
        PROVIDER_UNAVAILABLE,
        /** One image takes longer than the request timeout. */
        TOO_SLOW,
        /** There is too little memory. */
        OUT_OF_MEMORY,
        /** An error in the service or one of its libraries. */
        UNEXPECTED,
        /** The version is configured, but not in the directory. */
        MISSING,
        /** The version is a candidate, and there is none to compare it with, or its share is not valid. */
        CANDIDATE;

        /** Returns the name in metrics. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
