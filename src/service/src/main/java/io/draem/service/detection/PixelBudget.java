package io.draem.service.detection;

import io.draem.service.queue.FairQueue;
import io.draem.service.queue.RequestContext;
import java.util.List;

/**
 * Limits how many pixels are in memory at a time, at {@value #BYTES} bytes of heap each: a file of some kilobytes may
 * unpack to the largest image, and without a limit a few such files exhaust the heap.
 *
 * <p>An image is admitted if it leaves as many pixels as it takes itself, at most an eighth of the budget, so that
 * there are always pixels for smaller images; an image of more than seven eighths takes what the others leave. Clients
 * that wait get equal shares, in the order of {@link FairQueue}. While an image waits for pixels, those that come after
 * it may pass it with no more pixels at a time than it leaves: it is admitted as soon as those before it have ended.
 *
 * <p>Pixels are given back and waiting ends without any allocation, so that nothing is kept when the heap is full.
 */
final class PixelBudget {

    /** Bytes of heap per pixel: the image, its map as floats and as PNG, its overlay and that as PNG. */
    static final int BYTES = 16;

    private static final int PARTS = 8;

    private final int all;
    private final FairQueue<PixelRequest> waiting = new FairQueue<>();

    private int taken;
    /** Those of them that images have taken which passed another one. */
    private int passing;
    /** Whether a waiting request may have become admissible since they were checked. */
    private boolean changed;

    PixelBudget(int pixels) {
        this.all = pixels;
    }

    /** Pixels that were taken; closing gives them back. */
    interface Share extends AutoCloseable {

        @Override
        void close();
    }

    private final class PixelRequest extends FairQueue.Request implements Share, RequestContext.Waiting {

        private final int wanted;
        private final RequestContext context;
        private boolean admitted;
        private boolean passed;

        PixelRequest(int wanted, RequestContext context) {
            super(wanted);
            this.wanted = wanted;
            this.context = context;
        }

        @Override
        public boolean isDone() {
            return isAdmitted(this);
        }

        @Override
        public void close() {
            end(this);
        }
    }

    /**
     * Takes pixels for bytes of heap, and waits for others to give theirs back where too few are left.
     *
     * @param remedy how to take fewer, as the end of a sentence
     * @throws DetectionException if they are more than the budget, or if there were too few before the deadline, or
     *     before the request was cancelled
     */
    Share take(long bytes, String remedy, RequestContext context) throws DetectionException {
        long wanted = 1 + bytes / BYTES;
        if (wanted > all) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The request takes the memory of " + wanted + " pixels (" + BYTES
                            + " bytes each), more than the limit of " + all + " (draem.memory.budget): "
                            + remedy);
        }
        PixelRequest request = new PixelRequest((int) wanted, context);
        boolean took = false;
        try {
            await(request, context);
            took = true;
            return request;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.interrupted(e);
        } finally {
            if (!took) {
                end(request);
            }
        }
    }

    private void await(PixelRequest request, RequestContext context) throws InterruptedException, DetectionException {
        add(request, context.client());
        switch (context.await(request)) {
            case DONE -> {}
            case DEADLINE_EXCEEDED ->
                throw new DetectionException.Failed(
                        Outcome.DEADLINE_EXCEEDED,
                        "Other images left no capacity before the deadline: send fewer or smaller images at a time",
                        null);
            case CANCELLED -> throw DetectionException.cancelled(null);
        }
    }

    private synchronized void add(PixelRequest request, String client) {
        waiting.add(client, request);
        changed = true;
    }

    /** Returns whether a request has its pixels, after a check that failed before because the heap was full. */
    private synchronized boolean isAdmitted(PixelRequest request) {
        admit();
        return request.admitted;
    }

    /** Admits all requests that fit. Where the heap is too full to check, a waiting request checks again soon. */
    private void admit() {
        try {
            while (changed) {
                changed = admitOne();
            }
        } catch (OutOfMemoryError e) {
            // Thrown before anything has changed; the flag stays set.
        }
    }

    private boolean admitOne() {
        List<PixelRequest> requests = waiting.inOrder();
        int left = Integer.MAX_VALUE; // what images may have that pass those before them
        for (PixelRequest request : requests) {
            boolean passes = left < Integer.MAX_VALUE;
            if (fits(request.wanted) && (!passes || request.wanted <= left - passing)) {
                // A smaller image may be first and still take nothing of what a larger one that waits needs.
                boolean passed = passes || request.wanted <= leftByLarger(requests, request.wanted) - passing;
                waiting.serve(request);
                request.passed = passed;
                request.admitted = true;
                taken += request.wanted;
                passing += passed ? request.wanted : 0;
                request.context.wake();
                return true;
            }
            left = Math.min(left, leaves(request.wanted));
        }
        return false;
    }

    /** Returns what all larger images that have to wait leave to others, 0 if there are none. */
    private int leftByLarger(List<PixelRequest> requests, int wanted) {
        return requests.stream()
                .mapToInt(request -> request.wanted)
                .filter(larger -> larger > wanted && !fits(larger))
                .map(this::leaves)
                .min()
                .orElse(0);
    }

    private boolean fits(int wanted) {
        int leaves = leaves(wanted);
        // What passing images have is part of what an image leaves, or they would keep it out.
        return wanted <= all - taken && wanted + leaves <= all - taken + Math.min(passing, leaves);
    }

    /** Returns how many pixels an image leaves to others. */
    private int leaves(int wanted) {
        return Math.min(Math.min(wanted, all / PARTS), all - wanted);
    }

    /** Gives back the pixels of a request, or ends its wait; once. */
    private synchronized void end(PixelRequest request) {
        if (request.admitted) {
            request.admitted = false;
            taken -= request.wanted;
            passing -= request.passed ? request.wanted : 0;
        } else if (!waiting.remove(request)) {
            return;
        }
        changed = true;
        admit();
    }

    /** Returns how many pixels are taken now. */
    synchronized int taken() {
        return taken;
    }
}
