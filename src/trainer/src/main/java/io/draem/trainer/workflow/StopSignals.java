package io.draem.trainer.workflow;

import io.draem.trainer.evaluation.EvaluationSet;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Lets work end in good order on SIGINT, SIGTERM and SIGHUP: the first one is a request, which a training sees after its
 * step, and an export and a prediction before their next image; a second one ends the process at once, and so does the
 * first one outside such work.
 *
 * <p>"At once" is the system's own default. The JVM's handling would run the clean-up of libtorch and ONNX Runtime beside
 * what they are computing, which crashes.
 */
public final class StopSignals implements AutoCloseable {

    private static final Map<String, Integer> STATUS = Map.of("INT", 130, "TERM", 143, "HUP", 129);

    private final PrintWriter log;
    private final Map<Signal, SignalHandler> before = new HashMap<>();
    private volatile @Nullable Signal received;
    private volatile String promise = "";

    private StopSignals(PrintWriter log) {
        this.log = log;
    }

    /** Takes over the signals from the JVM until closed; those that the process was started to ignore stay ignored. */
    public static StopSignals handle(PrintWriter log) {
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
            // This system has no such signal, or the JVM is started so that it leaves it alone (-Xrs).
        }
    }

    private synchronized void receive(Signal signal) {
        if (received != null) {
            return; // two different ones at the same time
        }
        handleBy(SignalHandler.SIG_DFL);
        received = signal;
        log.println("SIG" + signal.getName() + ": " + promise + "; a second one ends at once");
        log.flush();
    }

    private void handleBy(SignalHandler handler) {
        before.keySet().forEach(signal -> Signal.handle(signal, handler));
    }

    /**
     * Begins work that a signal must not tear apart.
     *
     * @param whatFollows what is done on a signal, for people
     */
    synchronized void hold(String whatFollows) {
        if (received == null) { // else the next signal is the second one
            promise = whatFollows;
            handleBy(this::receive);
        }
    }

    /** Ends that work. */
    void release() {
        handleBy(SignalHandler.SIG_DFL);
    }

    /** Returns images that are loaded until a signal requests a stop. */
    EvaluationSet stopping(EvaluationSet images) {
        return images.until(this::stopRequested);
    }

    /** Throws a {@link CancellationException} once a signal has asked to stop. */
    void check() {
        if (stopRequested()) {
            throw new CancellationException();
        }
    }

    /** Says whether a signal has asked to stop. */
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
