package io.draem.service.history;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
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

    /** In this time the others notice the change of a replica, by two scans of the files. */
    private static final Duration NOTICE = Duration.ofSeconds(20);

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
        /** At the start of a replica, another version served than its last one, or than at the end of the history. */
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
     * Returns it as the successor of the changes of a history; null if the history has it already. Every replica notices a
     * change of the files, and each restart starts a version. A failover is a change of its replica alone: all others serve
     * what they served.
     *
     * @param history the oldest first
     */
    @Nullable
    ServedChange after(List<ServedChange> history) {
        return switch (cause.reason()) {
            case FILES ->
                servesAs(last(history, change -> !change.isFailover() || isOfSameReplica(change))) ? null : this;
            case START -> startAfter(history);
            default -> this;
        };
    }

    /**
     * Returns whether it is the request behind a change of the files that another replica noticed, and wrote first.
     *
     * @param last the last change of the history
     */
    boolean explains(ServedChange last) {
        return cause.key() != null
                && last.cause.reason() == Reason.FILES
                && servesAs(last)
                && !isOfSameReplica(last)
                && Duration.between(last.time, time).abs().compareTo(NOTICE) <= 0;
    }

    /** A service that starts served nothing before: what its replica, or else all of them, served last is before it. */
    private @Nullable ServedChange startAfter(List<ServedChange> history) {
        ServedChange own = last(history, change -> change.isOfAllReplicas() || isOfSameReplica(change));
        ServedChange before = own != null && own.isFailover() ? own : last(history, change -> !change.isFailover());
        if (before != null && !servesAs(before)) {
            return new ServedChange(time, before.to, to, digest, cause, instance);
        }
        // What another replica failed over to is not what this one served.
        ServedChange end = last(history, change -> true);
        return end == null || before == end || servesAs(end) ? null : this;
    }

    private boolean isFailover() {
        return cause.reason() == Reason.FAILOVER;
    }

    private boolean isOfAllReplicas() {
        return !isFailover() && cause.reason() != Reason.START;
    }

    private boolean isOfSameReplica(ServedChange other) {
        return Objects.equals(other.instance, instance);
    }

    private boolean servesAs(@Nullable ServedChange other) {
        return other != null && Objects.equals(other.to, to) && Objects.equals(other.digest, digest);
    }

    private static @Nullable ServedChange last(List<ServedChange> history, Predicate<ServedChange> which) {
        for (int i = history.size() - 1; i >= 0; i--) {
            if (which.test(history.get(i))) {
                return history.get(i);
            }
        }
        return null;
    }
}
