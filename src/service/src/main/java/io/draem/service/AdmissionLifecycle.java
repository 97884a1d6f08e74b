package io.draem.service;

import io.draem.service.detection.Admission;
import java.math.BigDecimal;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Closes admission as the first step of a shutdown and waits for the responses to what was admitted. Readiness has gone
 * already when it is stopped; the web server follows, and last the models are closed.
 */
@Component
class AdmissionLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(AdmissionLifecycle.class);

    private final Admission admission;
    private final Duration settleDelay;
    private final Duration drainLimit;
    private volatile boolean running;

    AdmissionLifecycle(Admission admission, ShutdownProperties properties) {
        this.admission = admission;
        this.settleDelay = properties.settleDelay();
        this.drainLimit = properties.drainLimit();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        try {
            Thread.sleep(settleDelay.toMillis());
            finish();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running = false;
    }

    private void finish() throws InterruptedException {
        admission.close();
        log.info("No new requests are taken; those that wait are finished");
        if (!admission.awaitAnswers(drainLimit)) {
            log.error("{} request(s) had no answer after {} s", admission.requests(), seconds(drainLimit));
        }
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
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
