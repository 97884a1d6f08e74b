package io.draem.service.observation;

import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.Prediction;
import io.draem.service.detection.Timing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures requests: {@code draem_detect_seconds}, {@code draem_stage_seconds}, {@code draem_verdicts_total} and
 * {@code draem_score}. Only names of models in service become labels.
 */
final class DetectionMetrics implements DetectionListener {

    /** From a millisecond to half a minute, finer where requests usually are. */
    private static final Duration[] BUCKETS = DoubleStream.of(
                    1, 2.5, 5, 10, 25, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000)
            .mapToObj(milliseconds -> Duration.ofNanos((long) (milliseconds * 1e6)))
            .toArray(Duration[]::new);

    private static final double[] SCORES =
            DoubleStream.iterate(1, i -> i < 20, i -> i + 1).map(i -> i / 20).toArray();

    private final MeterRegistry registry;

    DetectionMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void detected(Detection detection) {
        answered(
                detection.model().name(),
                detection.verdict().anomalous(),
                detection.verdict().score(),
                detection.timing());
        stage("postprocess", detection.timing().postprocess());
    }

    @Override
    public void predicted(Prediction prediction) {
        answered(prediction.model().name(), prediction.anomalous(), prediction.score(), prediction.timing());
    }

    private void answered(String model, boolean anomalous, double score, Timing timing) {
        Counter.builder("draem.verdicts")
                .description("Verdicts given")
                .tag("model", model)
                .tag("verdict", anomalous ? "anomalous" : "normal")
                .register(registry)
                .increment();
        DistributionSummary.builder("draem.score")
                .description("Raw image scores, to see drift")
                .tag("model", model)
                .serviceLevelObjectives(SCORES)
                .register(registry)
                .record(score);
        if (!timing.decode().isZero()) { // a tensor was never an image
            stage("decode", timing.decode());
            stage("preprocess", timing.preprocess());
        }
        stage("queue", timing.queue());
        stage("inference", timing.inference());
    }

    @Override
    public void ended(@Nullable String model, Outcome outcome, Duration took) {
        Timer.builder("draem.detect")
                .description("Whole requests")
                .tag("model", model == null ? "none" : model)
                .tag("outcome", outcome.id())
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(took);
    }

    private void stage(String stage, Duration took) {
        Timer.builder("draem.stage")
                .description("Steps of requests that ended with a verdict")
                .tag("stage", stage)
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(took);
    }
}
