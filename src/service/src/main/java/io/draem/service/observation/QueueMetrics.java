package io.draem.service.observation;

import io.draem.service.inference.QueueListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.Locale;

/** Counts batches and rejections: {@code draem_batch_size} and {@code draem_rejected_total}. */
final class QueueMetrics implements QueueListener {

    private final DistributionSummary batchSize;
    private final Counter[] rejected;

    QueueMetrics(MeterRegistry registry) {
        this.batchSize = DistributionSummary.builder("draem.batch.size")
                .description("Images in one run of a model")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
                .register(registry);
        // Registered at once: a counter that appears with its first event hides that event from rate().
        this.rejected = Arrays.stream(Reason.values())
                .map(reason -> Counter.builder("draem.rejected")
                        .description("Requests that were refused, or dropped before they had an answer")
                        .tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .register(registry))
                .toArray(Counter[]::new);
    }

    @Override
    public void batchStarted(int size) {
        batchSize.record(size);
    }

    @Override
    public void rejected(Reason reason) {
        rejected[reason.ordinal()].increment();
    }
}
