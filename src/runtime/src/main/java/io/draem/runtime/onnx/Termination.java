package io.draem.runtime.onnx;

import org.jspecify.annotations.Nullable;

/** The wish that one run ends early, since nobody waits for its answers any more. */
public final class Termination {

    private boolean wanted;
    private @Nullable Runnable means;

    /**
     * Names what ends the run, which is called at once where the wish is there already.
     *
     * @param means called on another thread while the run goes on, never after {@link #forget()} has returned
     */
    public synchronized void by(Runnable means) {
        this.means = means;
        if (wanted) {
            means.run();
        }
    }

    /** The run has ended: what ends it is not called any more. */
    public synchronized void forget() {
        means = null;
    }

    /** Asks for the end of the run; further calls change nothing. */
    public synchronized void request() {
        if (!wanted) {
            wanted = true;
            if (means != null) {
                means.run();
            }
        }
    }

    /** Tells whether the run was asked to end early. */
    public synchronized boolean isWanted() {
        return wanted;
    }
}
