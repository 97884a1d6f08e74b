package io.draem.service.observation;

import io.draem.service.models.ModelEvent;
import io.draem.service.models.ServedModel;
import io.draem.service.sessions.GraphSessions;
import io.draem.service.sessions.SessionListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.context.event.EventListener;

/** Measures models that are opened on demand: {@code draem_model_open_seconds} and {@code draem_model_evictions_total}. */
final class SessionMetrics implements SessionListener {

    private final MeterRegistry registry;

    SessionMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers the meters of each model, so that their increase is known from the first event on. */
    @EventListener
    void changed(ModelEvent.Changed event) {
        for (ServedModel model : event.models()) {
            openings(model.name());
            evictions(model.name());
        }
    }

    @Override
    public void opened(GraphSessions<?> sessions, Duration time) {
        openings(sessions.model()).record(time);
    }

    @Override
    public void evicted(GraphSessions<?> sessions) {
        evictions(sessions.model()).increment();
    }

    private Timer openings(String model) {
        return Timer.builder("draem.model.open")
                .description("Time to open a model for a request, with the wait for memory and the closing of others")
                .tag("model", model)
                .register(registry);
    }

    private Counter evictions(String model) {
        return Counter.builder("draem.model.evictions")
                .description("Models that were closed so that others could be opened")
                .tag("model", model)
                .register(registry);
    }
}
