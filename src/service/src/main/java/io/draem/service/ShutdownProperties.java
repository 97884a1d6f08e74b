package io.draem.service;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the service ends.
 *
 * @param settleDelay how long requests are still answered after readiness has gone, until load balancers have noticed
 */
@ConfigurationProperties("draem.shutdown")
record ShutdownProperties(@DefaultValue("0s") Duration settleDelay) {

    ShutdownProperties {
        if (settleDelay.isNegative() || settleDelay.compareTo(Duration.ofMinutes(5)) > 0) {
            throw new IllegalArgumentException(
                    "draem.shutdown.settle-delay must be between 0 and 5m, got " + settleDelay);
        }
    }
}
