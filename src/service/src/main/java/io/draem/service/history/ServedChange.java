package io.draem.service.history;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change of the version that serves the requests of a model that name none.
 *
 * @param time when it began to serve, in whole milliseconds
 * @param from version that served before; null for none
 * @param to version that serves from then on; null for none
 * @param digest {@code sha256:} and the hexadecimal digest of that version's file; null for none
 * @param cause why
 * @param instance the replica, by its host name; null where that is unknown
 */
public record ServedChange(
        Instant time,
        @Nullable Integer from,
        @Nullable Integer to,
        @Nullable String digest,
        Cause cause,
        @Nullable String instance) {

    /** What changes the version that serves. */
    public enum Reason {
        /** A request to promote the candidate. */
        PROMOTION,
        /** A request to roll the version back. */
        ROLLBACK,
        /** A request to load the model. */
        LOAD,
        /** A request to unload the model. */
        UNLOAD,
        /** The files of the model directory. */
        FILES,
        /** The version failed on too many of its runs. */
        FAILOVER,
        /** At the start, another version served than at the end of the history. */
        START;

        /** Returns the name in responses and in the file. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Why a version changes.
     *
     * @param key name of the key of the request; null where no request made the change
     */
    public record Cause(Reason reason, @Nullable String key) {

        /** A change of the files, a failover or a start. */
        public static Cause of(Reason reason) {
            return new Cause(reason, null);
        }
    }

    /**
     * Returns whether a history has it already: every replica notices a change of the files, and each restart starts a version.
     *
     * @param last the last change of the history; null for none
     */
    boolean isKnown(@Nullable ServedChange last) {
        boolean same = last != null && Objects.equals(last.to, to) && Objects.equals(last.digest, digest);
        return switch (cause.reason()) {
            case FILES -> same;
            case START -> last == null || same;
            default -> false;
        };
    }

    /** Returns it as the successor of another one: a service that starts served nothing before. */
    ServedChange after(@Nullable ServedChange last) {
        return cause.reason() == Reason.START && last != null
                ? new ServedChange(time, last.to, to, digest, cause, instance)
                : this;
    }
}
