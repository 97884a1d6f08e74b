package io.draem.service.observation;

import io.draem.service.models.Candidate;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ServedModel;
import io.draem.service.shadow.ShadowListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.event.EventListener;

/** Counts images that candidates run: {@code draem_candidate_images_total}. */
final class ShadowMetrics implements ShadowListener {

    private final MeterRegistry registry;
    private final ModelRepository models;

    ShadowMetrics(MeterRegistry registry, ModelRepository models) {
        this.registry = registry;
        this.models = models;
    }

    /** Registers the counters of each candidate, so that their increase is known from the first image on. */
    @EventListener
    void changed(ModelEvent.Changed event) {
        for (ServedModel model : event.models()) {
            Candidate candidate = models.candidate(model.name());
            if (candidate != null && candidate.model() == model) {
                for (Outcome outcome : Outcome.values()) {
                    counter(model, outcome);
                }
            }
        }
    }

    @Override
    public void ended(ServedModel candidate, Outcome outcome) {
        counter(candidate, outcome).increment();
    }

    private Counter counter(ServedModel candidate, Outcome outcome) {
        return Counter.builder("draem.candidate.images")
                .description(
                        "Images for a candidate, by how its verdict compares with that of the version that answered")
                .tags(ModelMetrics.tags(candidate))
                .tag("outcome", outcome.id())
                .register(registry);
    }
}
