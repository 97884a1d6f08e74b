package io.draem.service.web;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Ends connections without losing a request. From the start of a shutdown each answer closes its connection; once
 * admission has closed, new requests are still answered, with 503, until the listener is closed and the connections that
 * are left have been silent. A client that sends at the very end so gets an answer or no connection.
 */
final class ConnectionDrain implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ConnectionDrain.class);

    /** What a client that has just been answered or connected may need to send its request. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private @Nullable WatchedProtocol protocol;
    private volatile boolean closing;
    private volatile boolean running;

    /** Returns whether answers should close their connections. */
    boolean isClosing() {
        return closing;
    }

    @EventListener
    void opened(WebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null
                && event.getWebServer() instanceof TomcatWebServer tomcat
                && tomcat.getTomcat().getConnector().getProtocolHandler() instanceof WatchedProtocol watched) {
            protocol = watched;
        }
    }

    @EventListener
    void closing(ContextClosedEvent event) {
        closing = true;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        closing = true;
        if (protocol != null) {
            try {
                drain(protocol);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        running = false;
    }

    private static void drain(WatchedProtocol protocol) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        if (!protocol.closeListener(LIMIT)) {
            log.warn("The listener could not be closed within {}: connections that wait will be reset", LIMIT);
        }
        while (!protocol.isQuiet(SILENCE)) {
            if (System.nanoTime() - end > 0) {
                log.warn("Some connections still send after {}: they are closed", LIMIT);
                return;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    /** After admission has closed and before the web server stops. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 1;
    }
}
