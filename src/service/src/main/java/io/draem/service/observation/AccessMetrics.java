package io.draem.service.observation;

import io.draem.service.security.AccessListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts requests by the name of their key: {@code draem_access_total}. Only names of valid keys become labels. */
final class AccessMetrics implements AccessListener {

    private final MeterRegistry registry;

    AccessMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void granted(String key) {
        count(key, "granted");
    }

    @Override
    public void limited(String key) {
        count(key, "limited");
    }

    @Override
    public void denied() {
        count("none", "denied");
    }

    private void count(String key, String outcome) {
        Counter.builder("draem.access")
                .description("Requests, where keys are required")
                .tag("key", key)
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }
}
