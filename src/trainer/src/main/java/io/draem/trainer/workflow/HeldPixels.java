package io.draem.trainer.workflow;

/**
 * Limits how many pixels of images are held at a time while several threads decode them in advance. Images take their
 * share in order, each before memory is taken to decode it: so none further back holds what the next one needs. An image
 * that is needed does not wait, however large it is: its pixels may come on top of the limit. How many images come on top
 * at the same time is up to the caller, who says that one is needed.
 */
final class HeldPixels {

    private final long most;
    private long held;
    private int turn;
    private int needed = -1;

    /** @param most pixels in all */
    HeldPixels(long most) {
        this.most = most;
    }

    /** Says that all images up to an index are needed now. */
    synchronized void need(int index) {
        needed = Math.max(needed, index);
        notifyAll();
    }

    /** Lets all images through, so that threads that wait for their share end. */
    void end() {
        need(Integer.MAX_VALUE);
    }

    /** Waits until all images before this one have taken their share or were given up. */
    synchronized Share share(int index) {
        while (turn < index) {
            await();
        }
        return new Share(index);
    }

    private void await() {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while an image waited for memory", e);
        }
    }

    /** What one image holds until it is closed. */
    final class Share implements AutoCloseable {

        private final int index;
        private long pixels;

        private Share(int index) {
            this.index = index;
        }

        /** Waits until the pixels may be held. */
        void take(long number) {
            synchronized (HeldPixels.this) {
                while (held > 0 && held + number > most && index > needed) {
                    await();
                }
                pixels = number;
                held += number;
                pass();
            }
        }

        private void pass() {
            turn = Math.max(turn, index + 1);
            HeldPixels.this.notifyAll();
        }

        /** Gives back what was taken, at most once. */
        @Override
        public void close() {
            synchronized (HeldPixels.this) {
                held -= pixels;
                pixels = 0;
                pass();
            }
        }
    }
}
