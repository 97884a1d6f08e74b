package io.draem.service.queue;

import java.util.ArrayList;
import java.util.List;

/**
 * The inputs that requests have announced and that have no slot yet, per {@link QueueWindow}. Called under the lock of the
 * queue.
 */
final class Backlog {

    private final List<QueueWindow<?, ?>> windows = new ArrayList<>();

    void add(QueueWindow<?, ?> window) {
        windows.add(window);
    }

    void remove(QueueWindow<?, ?> window) {
        windows.remove(window);
    }

    boolean isEmpty() {
        return windows.isEmpty();
    }

    /**
     * Returns how many of the requests hold no slot. Each may have one in any case: what requests wait for that hold all
     * others, such as memory, may be what this one has. Allocates nothing.
     */
    int idle() {
        int idle = 0;
        for (int i = 0; i < windows.size(); i++) {
            idle += windows.get(i).isIdle() ? 1 : 0;
        }
        return idle;
    }

    /** Returns how many inputs there are. */
    int size() {
        return windows.stream().mapToInt(QueueWindow::announced).sum();
    }

    /**
     * Returns how many of them get a slot before another window has had a number of slots: windows get slots alternately, so
     * that each is at most as far ahead.
     */
    int before(int slots) {
        return windows.stream()
                .mapToInt(window -> Math.min(slots, window.announced()))
                .sum();
    }
}
