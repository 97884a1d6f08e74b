package io.draem.service.detection;

import io.draem.service.queue.RequestContext;
import java.time.Duration;

/**
 * Bounds how many bytes of maps and pictures answers hold until they are sent: a small file may ask for pictures of some
 * hundred megabytes, and a caller that reads slowly keeps them in memory. A verdict without pictures takes nothing.
 */
final class ResponseBudget {

    private final long all;
    private long taken;

    ResponseBudget(long bytes) {
        this.all = bytes;
    }

    /**
     * Takes bytes for an answer, which are given back once it has been sent.
     *
     * @throws DetectionException.Rejected if there are not so many at all
     * @throws DetectionException.Unavailable if too few are left
     */
    void take(long bytes, RequestContext context) throws DetectionException {
        if (bytes > all) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The maps and pictures of the answer have " + bytes + " bytes, and " + all + " are sent at most"
                            + " (draem.image.max-picture-bytes-in-flight): ask for fewer, or send fewer images at a time");
        }
        if (bytes > 0) {
            Runnable giveBack = () -> giveBack(bytes);
            synchronized (this) {
                if (bytes > all - taken) {
                    throw new DetectionException.Unavailable(
                            Outcome.OVERLOADED,
                            "The maps and pictures of answers that are being sent leave no room: try again later, or ask"
                                    + " for fewer",
                            Duration.ofSeconds(1));
                }
                taken += bytes;
            }
            try {
                context.whenCompleted(giveBack);
            } catch (RuntimeException | Error e) { // nobody would give them back
                giveBack(bytes);
                throw e;
            }
        }
    }

    /** Returns how many bytes are taken now. */
    synchronized long taken() {
        return taken;
    }

    private synchronized void giveBack(long bytes) {
        taken -= bytes;
    }
}
