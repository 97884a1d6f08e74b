package io.draem.service.security;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Limits the requests per name and period with a token bucket whose capacity is the limit of one period. */
final class RateLimit {

    private final int requests;
    private final Duration period;
    private final TimeMeter clock;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    RateLimit(int requests, Duration period, TimeMeter clock) {
        this.requests = requests;
        this.period = period;
        this.clock = clock;
    }

    /** Counts one request of a name; returns how long it has to wait, zero if it is within the limit. */
    Duration take(String name) {
        ConsumptionProbe probe = buckets.computeIfAbsent(name, key -> full()).tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Duration.ZERO : Duration.ofNanos(probe.getNanosToWaitForRefill());
    }

    private Bucket full() {
        return Bucket.builder()
                .withCustomTimePrecision(clock)
                .addLimit(limit -> limit.capacity(requests).refillGreedy(requests, period))
                .build();
    }
}
