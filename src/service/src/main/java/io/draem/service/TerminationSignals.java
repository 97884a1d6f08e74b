package io.draem.service;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import sun.misc.Signal;

/**
 * Ends the service on SIGTERM and SIGINT: first the application, whole, then the JVM with the status that a shell
 * expects (143, 130).
 */
final class TerminationSignals {

    private static final Logger log = LoggerFactory.getLogger(TerminationSignals.class);
    private static final Map<String, Integer> STATUS = Map.of("TERM", 143, "INT", 130, "HUP", 129);

    private final CompletableFuture<@Nullable ConfigurableApplicationContext> context = new CompletableFuture<>();

    private final AtomicBoolean ending = new AtomicBoolean();

    private TerminationSignals() {}

    /** Takes over the signals from the JVM. */
    static TerminationSignals handle() {
        TerminationSignals signals = new TerminationSignals();
        STATUS.keySet().forEach(signals::takeOver);
        return signals;
    }

    private void takeOver(String name) {
        try {
            Signal.handle(new Signal(name), this::received);
        } catch (IllegalArgumentException e) {
            log.debug("This system has no SIG{}", name); // HUP on Windows
        }
    }

    void started(ConfigurableApplicationContext started) {
        context.complete(started);
    }

    void failed() {
        context.complete(null);
    }

    /**
     * Hands over to a thread that keeps the JVM alive. The JVM's own signal threads are daemons: once the web server has
     * stopped, it would exit by itself, with status 0 and its hooks running while models are still being closed. A
     * second signal changes nothing: {@code spring-boot:run} sends one after that of the terminal.
     */
    private void received(Signal signal) {
        if (ending.compareAndSet(false, true)) {
            Thread shutdown = new Thread(() -> end(signal), "shutdown");
            shutdown.setDaemon(false);
            shutdown.start();
        }
    }

    /** A start-up that is under way is waited for, since it may be inside native code. */
    private void end(Signal signal) {
        log.info("SIG{}: shutting down", signal.getName());
        try {
            ConfigurableApplicationContext started = context.join();
            if (started != null) {
                started.close();
            }
            log.info("Shut down");
        } catch (RuntimeException e) {
            log.error("The shutdown failed", e);
        } finally {
            System.exit(STATUS.getOrDefault(signal.getName(), 1));
        }
    }
}
