package io.draem.service.observation;

import io.draem.service.capture.CaptureListener;
import io.draem.service.capture.CaptureStore;
import io.draem.service.capture.Captures;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ServedModel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.event.EventListener;

/**
 * Counts captured images: {@code draem_captures_total}, {@code draem_captured_images} and {@code draem_captured_bytes}. There
 * are none where nothing is captured.
 */
final class CaptureMetrics implements CaptureListener, MeterBinder {

    private final MeterRegistry registry;
    private final ObjectProvider<Captures> captures;

    CaptureMetrics(MeterRegistry registry, ObjectProvider<Captures> captures) {
        this.registry = registry;
        this.captures = captures;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Captures present = captures.getIfAvailable();
        CaptureStore store = present == null ? null : present.store();
        if (store != null) {
            Gauge.builder("draem.captured.images", store, CaptureStore::images)
                    .description("Captured images that are kept")
                    .register(meters);
            Gauge.builder("draem.captured.bytes", store, CaptureStore::bytes)
                    .description("Bytes of captured images with their masks and maps")
                    .register(meters);
        }
    }

    /** Registers the counters of each model, so that their increase is known from the first image on. */
    @EventListener
    void changed(ModelEvent.Changed event) {
        if (captures.getIfAvailable() != null) {
            for (ServedModel model : event.models()) {
                for (Outcome outcome : Outcome.values()) {
                    counter(model.name(), outcome);
                }
            }
        }
    }

    @Override
    public void ended(String model, Outcome outcome) {
        counter(model, outcome).increment();
    }

    private Counter counter(String model, Outcome outcome) {
        return Counter.builder("draem.captures")
                .description("Images that a rule selected, by whether they were kept")
                .tag("model", model)
                .tag("outcome", outcome.id())
                .register(registry);
    }
}
