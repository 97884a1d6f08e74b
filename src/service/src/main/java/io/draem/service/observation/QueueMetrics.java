package io.draem.service.observation;

import io.draem.service.queue.QueueListener;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;

/** Records the sizes of batches: {@code draem_batch_size}. */
final class QueueMetrics implements QueueListener {

    private final DistributionSummary batchSize;

    QueueMetrics(MeterRegistry registry) {
        this.batchSize = DistributionSummary.builder("draem.batch.size")
                .description("Inputs in one run of a model: images, or tiles of images")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
                .register(registry);
    }

    @Override
    public void batchStarted(int size) {
        batchSize.record(size);
    }
}
