package io.draem.service.observation;

import io.draem.service.models.FailedVersion;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ServedModel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.springframework.context.event.EventListener;

/**
 * Measures the models and their queues: {@code draem_model_info}, {@code draem_model_switches_total},
 * {@code draem_model_load_failures_total}, {@code draem_model_failover_total}, {@code draem_model_suspended},
 * {@code draem_model_memory_bytes}, {@code draem_provider_fallback}, {@code draem_queue_depth} and
 * {@code draem_queue_capacity}. The gauges of a version disappear with it.
 */
final class ModelMetrics {

    private final MeterRegistry registry;
    private final MultiGauge info;
    private final MultiGauge fallback;
    private final MultiGauge depth;
    private final MultiGauge capacity;
    private final MultiGauge suspended;
    private final MultiGauge memory;
    private final Counter[] failures;
    /** Version and digest of the served version of each name. */
    private final Map<String, String> answering = new HashMap<>();

    ModelMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.info = gauge("draem.model.info", "Always 1: the models in service and where they run");
        this.fallback =
                gauge("draem.provider.fallback", "1 for a model that runs on the CPU although a GPU was requested");
        this.depth = gauge(
                "draem.queue.depth",
                "Inputs (images, or tiles of them) that wait for a model, and images that are being decoded for it");
        this.capacity = gauge("draem.queue.capacity", "Largest number of inputs that may wait for a model");
        this.suspended = gauge(
                "draem.model.suspended",
                "1 for a version that failed on too many runs and serves only requests that name it");
        this.memory = MultiGauge.builder("draem.model.memory")
                .description("Memory counted for a model, twice the size of its graph and its inputs; 0 while it is not"
                        + " open")
                .baseUnit("bytes")
                .register(registry);
        this.failures = Arrays.stream(FailedVersion.Failure.values())
                .map(failure -> Counter.builder("draem.model.load.failures")
                        .description("Failed loads of a version")
                        .tag("reason", failure.id())
                        .register(registry))
                .toArray(Counter[]::new);
    }

    /** Returns the labels of a version. */
    static Tags tags(ServedModel model) {
        return Tags.of("model", model.name(), "version", Integer.toString(model.version()));
    }

    @EventListener
    void refused(ModelEvent.LoadFailed event) {
        failures[event.version().failure().ordinal()].increment();
    }

    @EventListener
    synchronized void changed(ModelEvent.Changed event) {
        List<ServedModel> models = event.models();
        info.register(
                models.stream()
                        .map(model ->
                                Row.of(tags(model).and("digest", model.digest(), "provider", model.provider()), 1))
                        .toList(),
                true);
        show(fallback, models, model -> model.fallback() == null ? 0 : 1);
        show(depth, models, ServedModel::queueDepth);
        show(capacity, models, ServedModel::queueCapacity);
        show(suspended, models, model -> model.isSuspended() ? 1 : 0);
        show(memory, models, ServedModel::memory);
        models.forEach(this::failedOver);
        countSwitches(models);
    }

    @EventListener
    void failedOver(ModelEvent.Failover event) {
        failedOver(event.model()).increment();
    }

    private Counter failedOver(ServedModel model) {
        return Counter.builder("draem.model.failover")
                .description(
                        "Suspensions of a version that failed on too many of its runs, when another version replaced it")
                .tags(tags(model))
                .register(registry);
    }

    private void countSwitches(List<ServedModel> models) {
        Map<String, String> now = new HashMap<>();
        for (ServedModel model : models) {
            String file = model.version() + " " + model.digest();
            if (now.putIfAbsent(model.name(), file) == null) {
                Counter switches = Counter.builder("draem.model.switches")
                        .description("Changes of the version or file that is served")
                        .tag("model", model.name())
                        .register(registry);
                String before = answering.put(model.name(), file);
                if (before != null && !before.equals(file)) {
                    switches.increment();
                }
            }
        }
        answering.keySet().retainAll(now.keySet());
    }

    private MultiGauge gauge(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    private static void show(MultiGauge gauge, List<ServedModel> models, ToDoubleFunction<ServedModel> value) {
        gauge.register(
                models.stream().map(model -> Row.of(tags(model), model, value)).toList(), true);
    }
}
