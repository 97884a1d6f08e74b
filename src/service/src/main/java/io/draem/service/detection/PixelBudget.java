package io.draem.service.detection;

import io.draem.service.queue.FairQueue;
import io.draem.service.queue.RequestContext;
import java.util.List;

/**
 * Bounds how many pixels are in memory at a time, at {@value #BYTES} bytes of heap each: a file of some kilobytes may unpack
 * to the largest image, and without a bound a few such files end the JVM.
 *
 * <p>An image is admitted if it leaves as many pixels as it takes itself, at most an eighth of the budget, so that there are
 * always pixels for smaller images; one of more than seven eighths takes what the others leave. Clients that wait get equal
 * shares, in the order of {@link FairQueue}. While an image waits for pixels, those that come after it may pass it with no
 * more pixels at a time than it leaves: it is admitted as soon as those before it have ended.
 *
 * <p>Pixels are given back and waiting ends without any allocation, so that nothing is kept when the heap is full.
 */
final class PixelBudget {

    /** Bytes of heap that a pixel stands for. */
    static final int BYTES = 16;

    private static final int PARTS = 8;

    private final int all;
    private final FairQueue<Turn> waiting = new FairQueue<>();

    private int taken;
    /** Those of them that images have which passed another one. */
    private int passing;
    /** Whether a request that waits may have become admissible since the last look at them. */
    private boolean changed;

    PixelBudget(int pixels) {
        this.all = pixels;
    }

    /** Pixels that were taken; closing gives them back. */
    interface Share extends AutoCloseable {

        @Override
        void close();
    }

    private final class Turn extends FairQueue.Request implements Share, RequestContext.Waiting {

        private final int wanted;
        private final RequestContext context;
        private boolean admitted;
        private boolean passed;

        Turn(int wanted, RequestContext context) {
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
     * Takes the pixels that stand for bytes of heap, and waits for others to give theirs back where too few are left.
     *
     * @param remedy how to take fewer, as the end of a sentence
     * @throws DetectionException if they are more than there are in all, or if there were none before the deadline, or before
     *     the request was cancelled
     */
    Share take(long bytes, String remedy, RequestContext context) throws DetectionException {
        long wanted = 1 + bytes / BYTES;
        if (wanted > all) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The request takes the memory of " + wanted + " pixels (" + BYTES
                            + " bytes each), more than the limit of " + all + " (draem.image.max-pixels-in-flight): "
                            + remedy);
        }
        Turn turn = new Turn((int) wanted, context);
        boolean took = false;
        try {
            await(turn, context);
            took = true;
            return turn;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.interrupted(e);
        } finally {
            if (!took) {
                end(turn);
            }
        }
    }

    private void await(Turn turn, RequestContext context) throws InterruptedException, DetectionException {
        add(turn, context.client());
        switch (context.await(turn)) {
            case DONE -> {}
            case DEADLINE_EXCEEDED ->
                throw new DetectionException.Failed(
                        Outcome.DEADLINE_EXCEEDED,
                        "Other images left no room before the deadline: send fewer or smaller images at a time",
                        null);
            case CANCELLED -> throw DetectionException.cancelled(null);
        }
    }

    private synchronized void add(Turn turn, String client) {
        waiting.add(client, turn);
        changed = true;
    }

    /** Returns whether a request has its pixels, and looks again where the heap was too full to look before. */
    private synchronized boolean isAdmitted(Turn turn) {
        admit();
        return turn.admitted;
    }

    /** Admits all that can be. Where the heap is too full to look, whoever waits does it again soon. */
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
        List<Turn> turns = waiting.inOrder();
        int room = Integer.MAX_VALUE; // what images may have that pass those before them
        for (Turn turn : turns) {
            boolean passes = room < Integer.MAX_VALUE;
            if (fits(turn.wanted) && (!passes || turn.wanted <= room - passing)) {
                // A smaller image may come first and still take nothing of what a larger one that waits needs.
                boolean passed = passes || turn.wanted <= leftByLarger(turns, turn.wanted) - passing;
                waiting.serve(turn);
                turn.passed = passed;
                turn.admitted = true;
                taken += turn.wanted;
                passing += passed ? turn.wanted : 0;
                turn.context.wake();
                return true;
            }
            room = Math.min(room, leaves(turn.wanted));
        }
        return false;
    }

    /** Returns what all larger images that have to wait leave to others, 0 if there are none. */
    private int leftByLarger(List<Turn> turns, int wanted) {
        return turns.stream()
                .mapToInt(turn -> turn.wanted)
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

    /** Gives back what a turn has, or ends its wait; once. */
    private synchronized void end(Turn turn) {
        if (turn.admitted) {
            turn.admitted = false;
            taken -= turn.wanted;
            passing -= turn.passed ? turn.wanted : 0;
        } else if (!waiting.remove(turn)) {
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
