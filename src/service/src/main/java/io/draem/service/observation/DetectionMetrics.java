package io.draem.service.observation;

import io.draem.image.ImageMeasures;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.Prediction;
import io.draem.service.detection.Timing;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ServedModel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;

/**
 * Measures requests: {@code draem_detect_seconds}, {@code draem_stage_seconds}, {@code draem_verdicts_total},
 * {@code draem_score}, {@code draem_tiles}, {@code draem_rejected_total}, {@code draem_unusual_input_total} and {@code
 * draem_image_warnings_total}. Only names of models in service become labels.
 */
final class DetectionMetrics implements DetectionListener {

    /** From a millisecond to half a minute, finer in the usual range of requests. */
    private static final Duration[] REQUESTS =
            milliseconds(1, 2.5, 5, 10, 25, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);

    /** From a tenth of a millisecond: a small image is resized in less than a millisecond. */
    private static final Duration[] STAGES =
            milliseconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);

    /** Even steps, and finer ones at the ends, where most models have most of their scores. */
    private static final double[] SCORES = {
        0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
        0.95, 0.98, 0.99, 1
    };

    private static final double[] TILES = {1, 4, 16, 64, 256, 1_024};

    /** Other methods, which clients may make up, do not become labels. */
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

    private static final int NOT_FOUND = 404;

    private final MeterRegistry registry;

    DetectionMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (ImageWarning.Kind kind : ImageWarning.Kind.values()) {
            warnings(kind);
        }
        // Registered immediately: a counter that appears with its first event hides that event from rate().
        Stream.of(Outcome.values())
                .map(Outcome::rejection)
                .filter(Objects::nonNull)
                .forEach(this::rejected);
    }

    /** Registered immediately: a counter that appears with its first event hides that event from rate(). */
    @EventListener
    void changed(ModelEvent.Changed event) {
        for (ServedModel model : event.models()) {
            verdicts(model, true);
            verdicts(model, false);
            requests(model, Outcome.INFERENCE_FAILED);
            for (InputCheck.Kind kind : InputCheck.Kind.values()) {
                unusual(model, kind);
            }
        }
    }

    @Override
    public void prepared(ServedModel model, ImageMeasures measures, InputCheck input, List<ImageWarning> warnings) {
        input.reasons().stream()
                .map(InputCheck.Reason::kind)
                .distinct()
                .forEach(kind -> unusual(model, kind).increment());
        warnings.forEach(warning -> warnings(warning.kind()).increment());
    }

    @Override
    public void detected(Detection detection) {
        answered(
                detection.model(),
                detection.verdict().anomalous(),
                detection.verdict().score(),
                detection.timing());
        stage(detection.model(), "postprocess", detection.timing().postprocess());
    }

    @Override
    public void predicted(Prediction prediction) {
        answered(prediction.model(), prediction.anomalous(), prediction.score(), prediction.timing());
    }

    private void answered(ServedModel model, boolean anomalous, double score, Timing timing) {
        verdicts(model, anomalous).increment();
        DistributionSummary.builder("draem.score")
                .description("Raw image scores; a shift of their distribution is drift of product, camera or model")
                .tags(ModelMetrics.tags(model))
                .serviceLevelObjectives(SCORES)
                .register(registry)
                .record(score);
        DistributionSummary.builder("draem.tiles")
                .description(
                        "Inputs of an image: the tiles that it was cut into and that ran, 1 for an image that is one")
                .tags(ModelMetrics.tags(model))
                .serviceLevelObjectives(TILES)
                .register(registry)
                .record(timing.inputs());
        if (!timing.decode().isZero()) { // a tensor is not decoded
            stage(model, "decode", timing.decode());
            stage(model, "preprocess", timing.preprocess());
        }
        stage(model, "queue", timing.queue());
        stage(model, "inference", timing.inference());
    }

    @Override
    public void ended(@Nullable ServedModel model, Outcome outcome, Duration took) {
        requests(model, outcome).record(took);
        String rejection = outcome.rejection();
        if (rejection != null) {
            rejected(rejection).increment();
        }
    }

    /** Counts requests that do not reach the web server's metrics filter, with the same names and labels. */
    @Override
    public void refused(String method, int status, Duration took) {
        Timer.builder("http.server.requests")
                .tags("error", "none", "exception", "none")
                .tag("method", METHODS.contains(method) ? method : "UNKNOWN")
                .tag("outcome", status < 500 ? "CLIENT_ERROR" : "SERVER_ERROR")
                .tag("status", Integer.toString(status))
                .tag("uri", status == NOT_FOUND ? "NOT_FOUND" : "UNKNOWN")
                .register(registry)
                .record(took);
        if (status != NOT_FOUND) {
            rejected(Objects.requireNonNull(Outcome.INVALID_REQUEST.rejection()))
                    .increment();
        }
    }

    private Timer requests(@Nullable ServedModel model, Outcome outcome) {
        return Timer.builder("draem.detect")
                .description("Time of requests from start to end; each image of a batch counts on its own")
                .tags(model == null ? Tags.of("model", "none", "version", "none") : ModelMetrics.tags(model))
                .tag("outcome", outcome.id())
                .serviceLevelObjectives(REQUESTS)
                .register(registry);
    }

    private Counter rejected(String reason) {
        return Counter.builder("draem.rejected")
                .description("Requests that were refused or dropped; each image of a batch counts on its own")
                .tag("reason", reason)
                .register(registry);
    }

    private Counter verdicts(ServedModel model, boolean anomalous) {
        return Counter.builder("draem.verdicts")
                .description("Verdicts, anomalous or normal")
                .tags(ModelMetrics.tags(model))
                .tag("verdict", anomalous ? "anomalous" : "normal")
                .register(registry);
    }

    private Counter unusual(ServedModel model, InputCheck.Kind kind) {
        return Counter.builder("draem.unusual.input")
                .description("Images unlike the training images of the model")
                .tags(ModelMetrics.tags(model))
                .tag("reason", kind.id())
                .register(registry);
    }

    private Counter warnings(ImageWarning.Kind kind) {
        return Counter.builder("draem.image.warnings")
                .description("Warnings of the image decoder")
                .tag("type", kind.id())
                .register(registry);
    }

    private void stage(ServedModel model, String stage, Duration took) {
        Timer.builder("draem.stage")
                .description("Time per stage of requests with a verdict")
                .tags(ModelMetrics.tags(model))
                .tag("stage", stage)
                .serviceLevelObjectives(STAGES)
                .register(registry)
                .record(took);
    }

    private static Duration[] milliseconds(double... values) {
        return DoubleStream.of(values)
                .mapToObj(milliseconds -> Duration.ofNanos(Math.round(milliseconds * 1e6)))
                .toArray(Duration[]::new);
    }
}
