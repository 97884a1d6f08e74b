package io.draem.service.detection;

import io.draem.service.queue.RequestContext;
import java.time.Duration;

/**
 * Limits how many bytes of maps and pictures responses hold until they are sent: the pictures of a small file may have
 * some hundred megabytes, and a client that reads slowly keeps them in memory. A verdict without pictures takes
 * nothing.
 */
final class ResponseBudget {

    private final long all;
    private long taken;

    ResponseBudget(long bytes) {
        this.all = bytes;
    }

    /**
     * Takes bytes for a response, which are given back once it has been sent.
     *
     * @throws DetectionException.Rejected if they are more than the budget
     * @throws DetectionException.Unavailable if too few are left
     */
    void take(long bytes, RequestContext context) throws DetectionException {
        if (bytes > all) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The maps and pictures of the response have " + bytes + " bytes, and the limit is " + all
                            + " (draem.memory.budget): ask for fewer, or send fewer images at a time");
        }
        if (bytes > 0) {
            Runnable giveBack = () -> giveBack(bytes);
            synchronized (this) {
                if (bytes > all - taken) {
                    throw new DetectionException.Unavailable(
                            Outcome.OVERLOADED,
                            "The maps and pictures of other responses take all memory for them: try again later, or ask"
                                    + " for fewer",
                            Duration.ofSeconds(1));
                }
                taken += bytes;
            }
            try {
                context.whenCompleted(giveBack);
            } catch (RuntimeException | Error e) { // else they would never be given back
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
