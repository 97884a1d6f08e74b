package io.draem.service.models;

import java.util.Locale;

/**
 * A version that should be served and is not.
 *
 * @param name name of the model
 * @param version number of the version
 * @param failure what kind of failure it is
 * @param reason what is wrong with it
 */
public record FailedVersion(String name, int version, Failure failure, String reason) {

    /** Why a version is not served; the few values are labels of a metric. */
    public enum Failure {
        /** It is no graph that can be served. */
        INVALID_GRAPH,
        /** Its file cannot be read. */
        UNREADABLE,
        /** It is not the file whose digest was configured. */
        DIGEST_MISMATCH,
        /** The provider that was asked for does not work. */
        PROVIDER_UNAVAILABLE,
        /** One image takes longer than a request may. */
        TOO_SLOW,
        /** There is not enough memory for it. */
        OUT_OF_MEMORY,
        /** An error in the service or one of its libraries. */
        UNEXPECTED,
        /** It is configured, but not in the directory. */
        MISSING;

        /** Returns the name in metrics. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
