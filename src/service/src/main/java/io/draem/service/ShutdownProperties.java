package io.draem.service;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the service ends. After SIGTERM it takes at most {@link #longest()}, which must fit into what the platform grants:
 * in Kubernetes {@code terminationGracePeriodSeconds} less the {@code preStop} wait.
 *
 * @param settleDelay time for which requests are still accepted after readiness has turned off, until load balancers
 *     have noticed
 * @param drainLimit time that admitted requests then have to finish; with less than {@code draem.request-timeout},
 *     requests that were accepted may fail. The longest time from SIGTERM to the end of the process is {@code
 *     settle-delay} plus this plus 15 s
 */
@ConfigurationProperties("draem.shutdown")
public record ShutdownProperties(
        @DefaultValue("0s") Duration settleDelay,
        @DefaultValue("35s") Duration drainLimit) {

    /** For the answers to requests whose bodies still arrive, then for connections whose clients have just been answered. */
    private static final Duration CONNECTIONS = Duration.ofSeconds(5);

    /** For the web server (spring.lifecycle.timeout-per-shutdown-phase), then for what the models still run. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    public ShutdownProperties {
        require("settle-delay", settleDelay, Duration.ofMinutes(5));
        require("drain-limit", drainLimit, Duration.ofHours(1));
    }

    /** Returns the longest time from SIGTERM to the end of the process. */
    public Duration longest() {
        return settleDelay.plus(drainLimit).plus(CONNECTIONS).plus(CLOSING).plus(CLOSING);
    }

    private static void require(String name, Duration value, Duration most) {
        if (value.isNegative() || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "draem.shutdown." + name + " must be between 0 and " + most.toMinutes() + "m, got " + value);
        }
    }
}
