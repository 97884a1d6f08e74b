package io.draem.service.detection;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds how many pixels are in memory at a time, at {@value #BYTES} bytes of heap each: a file of some kilobytes may unpack
 * to the largest image, and without a bound a few such files end the JVM.
 *
 * <p>An image is admitted if it leaves as many pixels as it takes itself, at most an eighth of the budget, so that there are
 * always pixels for smaller images; one of more than seven eighths takes what the others leave. Clients that wait get equal
 * shares, in the order of {@link FairLine}. While an image waits for pixels, those that come after it may pass it with no
 * more pixels at a time than it leaves: it is admitted as soon as those before it have ended.
 */
final class PixelBudget {

    /** Bytes of heap that a pixel stands for. */
    static final int BYTES = 16;

    private static final int PARTS = 8;
    private static final long LOOK_AFTER_CALLER = TimeUnit.MILLISECONDS.toNanos(50);

    private final int all;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final FairLine<Turn> waiting = new FairLine<>();

    private int taken;
    /** Those of them that images have which passed another one. */
    private int passing;

    PixelBudget(int pixels) {
        this.all = pixels;
    }

    /** Pixels that were taken; closing gives them back. */
    interface Share extends AutoCloseable {

        @Override
        void close();
    }

    private static final class Turn {

        private final int wanted;
        private boolean admitted;
        private boolean passed;

        Turn(int wanted) {
            this.wanted = wanted;
        }
    }

    /**
     * Takes pixels, and waits for others to give theirs back where too few are left.
     *
     * @throws DetectionException if they are more than there are in all, or if there were none before the caller's deadline,
     *     or before it went away
     */
    Share take(int wanted, Caller caller) throws DetectionException {
        if (wanted > all) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The image and what is asked of it take the memory of " + wanted + " pixels, and there is that of "
                            + all
                            + " (draem.image.max-pixels-in-flight): send a smaller image, or ask for fewer pictures");
        }
        lock.lock();
        Turn turn = new Turn(wanted);
        try {
            waiting.add(caller.client(), Math.max(1, wanted), turn);
            admit();
            await(turn, caller);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leave(turn);
            throw DetectionException.interrupted(e);
        } catch (DetectionException | RuntimeException e) {
            leave(turn);
            throw e;
        } finally {
            lock.unlock();
        }
        return () -> giveBack(turn);
    }

    private void await(Turn turn, Caller caller) throws InterruptedException, DetectionException {
        while (!turn.admitted) {
            long left = caller.nanosLeft();
            if (left <= 0) {
                throw new DetectionException.Failed(
                        Outcome.DEADLINE_EXCEEDED,
                        "Other images left no room before the deadline: send fewer or smaller images at a time",
                        null);
            }
            if (caller.isGone()) {
                throw DetectionException.cancelled(null);
            }
            changed.awaitNanos(Math.min(left, LOOK_AFTER_CALLER));
        }
    }

    /** Admits all that can be. */
    private void admit() {
        while (admitOne()) {
            changed.signalAll();
        }
    }

    private boolean admitOne() {
        List<Turn> turns = waiting.inOrder();
        int room = Integer.MAX_VALUE; // what images may have that pass those before them
        for (Turn turn : turns) {
            boolean passes = room < Integer.MAX_VALUE;
            if (fits(turn.wanted) && (!passes || turn.wanted <= room - passing)) {
                // A smaller image may come first and still take nothing of what a larger one that waits needs.
                turn.passed = passes || turn.wanted <= leftByLarger(turns, turn.wanted) - passing;
                turn.admitted = true;
                waiting.serve(turn);
                taken += turn.wanted;
                passing += turn.passed ? turn.wanted : 0;
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

    /** Takes a turn out that ended without being used. */
    private void leave(Turn turn) {
        if (turn.admitted) {
            giveBack(turn);
        } else {
            waiting.remove(turn);
            admit();
        }
    }

    private void giveBack(Turn turn) {
        lock.lock();
        try {
            taken -= turn.wanted;
            passing -= turn.passed ? turn.wanted : 0;
            admit();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many pixels are taken now. */
    int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
