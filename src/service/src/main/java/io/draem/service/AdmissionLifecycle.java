package io.draem.service;

import io.draem.service.models.ModelRepository;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Closes admission as the first step of a shutdown. Readiness has gone already when it is stopped; the web server
 * follows, which waits for the requests that it has, and last the models are closed.
 */
@Component
class AdmissionLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(AdmissionLifecycle.class);

    private final ModelRepository models;
    private final Duration settleDelay;
    private volatile boolean running;

    AdmissionLifecycle(ModelRepository models, ShutdownProperties properties) {
        this.models = models;
        this.settleDelay = properties.settleDelay();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        try {
            Thread.sleep(settleDelay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        models.refuseNew();
        running = false;
        log.info("No new requests are taken; those that wait are finished");
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Not stopped for a pause: what has been refused is not taken back. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    /** Stopped before everything else, the web server's own graceful stop included. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
