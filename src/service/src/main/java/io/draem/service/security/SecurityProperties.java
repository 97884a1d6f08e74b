package io.draem.service.security;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may use the service and how often.
 *
 * @param apiKeys keys that clients must send
 * @param rateLimit how often each key may be used
 */
@ConfigurationProperties("draem.security")
public record SecurityProperties(
        @DefaultValue ApiKeys apiKeys, @DefaultValue RateLimit rateLimit) {

    public SecurityProperties {
        if (rateLimit.requests() != null && apiKeys.file() == null) {
            throw new IllegalArgumentException("draem.security.rate-limit.requests counts by key:"
                    + " draem.security.api-keys.file must name the keys");
        }
    }

    /**
     * Keys that clients must send.
     *
     * @param file file of the keys that clients must send, one line {@code name:sha256} per key,
     *     {@code name:sha256:review} for one that may see and label captured images too, or {@code name:sha256:admin} for
     *     one that may load, unload, promote and roll back models as well; without it no key is required
     * @param pollInterval interval between checks of that file
     * @param openPaths exact paths that need no key, in addition to those of health, the page and the contract
     */
    public record ApiKeys(
            @Nullable Path file,
            @DefaultValue("10s") Duration pollInterval,
            @DefaultValue List<String> openPaths) {

        public ApiKeys {
            if (pollInterval.toMillis() < 1) {
                throw new IllegalArgumentException(
                        "draem.security.api-keys.poll-interval must be at least 1ms, got " + pollInterval);
            }
        }
    }

    /**
     * How often a key may be used for detection and inference; other requests do not count.
     *
     * @param requests requests for detection and inference that a key may send per period, and at once; further
     *     requests are rejected with 429 and {@code Retry-After}. A batch counts once; models, metrics and health do
     *     not count. Default: unlimited
     * @param period the period, at most a day
     */
    public record RateLimit(
            @Nullable Integer requests, @DefaultValue("1s") Duration period) {

        public RateLimit {
            if (requests != null && requests < 1) {
                throw new IllegalArgumentException(
                        "draem.security.rate-limit.requests must be at least 1, got " + requests);
            }
            if (period.isNegative() || period.isZero() || period.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException(
                        "draem.security.rate-limit.period must be positive and at most a day, got " + period);
            }
            if (requests != null && requests > period.toNanos()) {
                throw new IllegalArgumentException("draem.security.rate-limit.requests must be fewer than one per"
                        + " nanosecond, got " + requests + " in " + period);
            }
        }
    }
}
