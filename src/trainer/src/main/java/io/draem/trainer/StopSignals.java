package io.draem.trainer;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Lets a training end in good order on SIGINT, SIGTERM and SIGHUP: the first one is a request, which the training sees
 * after its step; a second one ends the process at once, and so does the first one outside the training.
 *
 * <p>"At once" is the system's own default. The JVM's handling would run libtorch's clean-up beside the step that is
 * being computed, which crashes.
 */
final class StopSignals implements AutoCloseable {

    private static final Map<String, Integer> STATUS = Map.of("INT", 130, "TERM", 143, "HUP", 129);

    private final PrintWriter log;
    private final Map<Signal, SignalHandler> before = new HashMap<>();
    private volatile @Nullable Signal received;

    private StopSignals(PrintWriter log) {
        this.log = log;
    }

    /** Takes over the signals from the JVM until closed; those that the process was started to ignore stay ignored. */
    static StopSignals handle(PrintWriter log) {
        StopSignals signals = new StopSignals(log);
        STATUS.keySet().forEach(signals::takeOver);
        return signals;
    }

    private void takeOver(String name) {
        try {
            Signal signal = new Signal(name);
            SignalHandler old = Signal.handle(signal, SignalHandler.SIG_DFL);
            if (old == SignalHandler.SIG_IGN) { // nohup, or a shell's background job
                Signal.handle(signal, old);
            } else {
                before.put(signal, old);
            }
        } catch (IllegalArgumentException e) {
            // This system has no such signal, or the JVM was told to leave it alone (-Xrs).
        }
    }

    private synchronized void receive(Signal signal) {
        if (received != null) {
            return; // two different ones at the same time
        }
        handleBy(SignalHandler.SIG_DFL);
        received = signal;
        log.println("SIG" + signal.getName() + ": finishing the step and saving; a second one ends at once");
        log.flush();
    }

    private void handleBy(SignalHandler handler) {
        before.keySet().forEach(signal -> Signal.handle(signal, handler));
    }

    /** Says whether a training is under way, which a signal must not tear apart. */
    void training(boolean underWay) {
        handleBy(underWay ? this::receive : SignalHandler.SIG_DFL);
    }

    /** Says whether a signal has asked the training to stop. */
    boolean stopRequested() {
        return received != null;
    }

    /** Returns the exit status that a shell expects of a process that the signal ended. */
    int status() {
        Signal signal = received;
        return signal == null ? 1 : STATUS.getOrDefault(signal.getName(), 1);
    }

    /** Gives the signals back. */
    @Override
    public void close() {
        before.forEach(Signal::handle);
    }
}
