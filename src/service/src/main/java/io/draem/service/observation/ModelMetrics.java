package io.draem.service.observation;

import io.draem.service.models.LoadFailure;
import io.draem.service.models.ModelRefused;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelsChanged;
import io.draem.service.models.ServedModel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.springframework.context.event.EventListener;

/**
 * Shows the models and their queues: {@code draem_model_info}, {@code draem_model_load_failures_total},
 * {@code draem_queue_depth}, {@code draem_queue_capacity}.
 */
final class ModelMetrics {

    private final MultiGauge info;
    private final Counter[] failures;

    ModelMetrics(MeterRegistry registry, ModelRepository models) {
        this.info = MultiGauge.builder("draem.model.info")
                .description("The models in service and where they run")
                .register(registry);
        this.failures = Arrays.stream(LoadFailure.values())
                .map(failure -> Counter.builder("draem.model.load.failures")
                        .description("Attempts to load a version that failed")
                        .tag("reason", failure.id())
                        .register(registry))
                .toArray(Counter[]::new);
        queueGauge(
                registry,
                models,
                "draem.provider.fallback",
                "Models that run on the CPU though a GPU was looked for",
                model -> model.fallback() == null ? 0 : 1);
        queueGauge(registry, models, "draem.queue.depth", "Requests that wait for a model", ServedModel::queueDepth);
        queueGauge(registry, models, "draem.queue.capacity", "Requests that may wait", ServedModel::queueCapacity);
    }

    @EventListener
    void refused(ModelRefused event) {
        failures[event.model().failure().ordinal()].increment();
    }

    @EventListener
    void changed(ModelsChanged event) {
        info.register(
                event.models().stream()
                        .map(model -> MultiGauge.Row.of(
                                Tags.of(
                                        "model", model.name(),
                                        "version", Integer.toString(model.version()),
                                        "digest", model.digest(),
                                        "provider", model.provider()),
                                1))
                        .toList(),
                true);
    }

    private static void queueGauge(
            MeterRegistry registry,
            ModelRepository models,
            String name,
            String description,
            ToIntFunction<ServedModel> value) {
        Gauge.builder(
                        name,
                        models,
                        repository -> repository.allVersions().stream()
                                .mapToInt(value)
                                .sum())
                .description(description)
                .register(registry);
    }
}
