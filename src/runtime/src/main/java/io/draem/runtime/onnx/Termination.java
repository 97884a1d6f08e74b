package io.draem.runtime.onnx;

import org.jspecify.annotations.Nullable;

/** Ends a run early at the request of another thread, when its results are no longer needed. */
public final class Termination {

    private boolean requested;
    private @Nullable Runnable action;

    /**
     * Sets the action that ends the run; it is called immediately if the request has been made before.
     *
     * @param action called on the requesting thread during the run, never after {@link #clear()} has returned
     */
    public synchronized void onRequest(Runnable action) {
        this.action = action;
        if (requested) {
            action.run();
        }
    }

    /** Removes the action, once the run has ended. */
    public synchronized void clear() {
        action = null;
    }

    /** Requests the end of the run; further calls have no effect. */
    public synchronized void request() {
        if (!requested) {
            requested = true;
            if (action != null) {
                action.run();
            }
        }
    }

    /** Returns whether the end of the run has been requested. */
    public synchronized boolean isRequested() {
        return requested;
    }
}
