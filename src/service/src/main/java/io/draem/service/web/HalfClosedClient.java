package io.draem.service.web;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import java.io.EOFException;
import java.time.Duration;
import org.apache.coyote.Request;

/** Finds out whether a client that has ended its sending side within a body still receives: it takes two probes. */
final class HalfClosedClient {

    /** Between the probes: what a reply of the client's network may take. */
    private static final long INTERVAL = Duration.ofMillis(200).toNanos();

    private boolean ended;
    private volatile long probed;

    /**
     * Probes the client once more.
     *
     * @param end the end of the stream, within the body
     * @param errors gets what the probe shows: the client has closed the whole connection, or has sent too little
     * @return whether it is known what the client did; else another probe is necessary
     */
    boolean probe(Request request, EOFException end, BodyErrors errors) {
        if (!WatchedProtocol.probe(request)) {
            errors.broken(end);
            return true;
        }
        if (ended) {
            errors.rest(new DetectionException.Rejected(Outcome.INVALID_REQUEST, ErrorEndpoint.detail(end)));
            return true;
        }
        ended = true;
        probed = System.nanoTime();
        return false;
    }

    /** Returns whether the client has ended its sending side, so that nothing more arrives. */
    boolean hasEnded() {
        return ended;
    }

    /** Returns, once, whether it is time for the second probe. */
    boolean isProbeDue(long now) {
        long last = probed;
        boolean due = last != 0 && now - last >= INTERVAL;
        if (due) {
            probed = 0;
        }
        return due;
    }
}
