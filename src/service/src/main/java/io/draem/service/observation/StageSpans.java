package io.draem.service.observation;

import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Timing;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Adds the stages of a request to its trace, if that is recorded. The stages are known only when the request has ended, and
 * are shown one after the other.
 */
final class StageSpans implements DetectionListener {

    private final Tracer tracer;
    private final Clock clock;

    StageSpans(Tracer tracer, Clock clock) {
        this.tracer = tracer;
        this.clock = clock;
    }

    @Override
    public void detected(Detection detection) {
        Span request = tracer.currentSpan();
        if (request == null || request.isNoop()) {
            return;
        }
        request.tag("draem.model", detection.model().name());
        request.tag("draem.version", detection.model().version());
        request.tag("draem.anomalous", detection.verdict().anomalous());
        request.tag("draem.score", detection.verdict().score());
        Timing timing = detection.timing();
        request.tag("draem.inputs", timing.inputs());
        Instant start = clock.instant().minus(timing.total());
        start = stage(request, "decode", start, timing.decode());
        start = stage(request, "preprocess", start, timing.preprocess());
        start = stage(request, "queue", start, timing.queue());
        start = stage(request, "inference", start, timing.inference());
        start = stage(request, "postprocess", start, timing.postprocess());
        stage(request, "other", start, timing.other());
    }

    private Instant stage(Span request, String name, Instant start, Duration took) {
        Instant end = start.plus(took);
        tracer.spanBuilder()
                .setParent(request.context())
                .name(name)
                .startTimestamp(micros(start), TimeUnit.MICROSECONDS)
                .start()
                .end(micros(end), TimeUnit.MICROSECONDS);
        return end;
    }

    private static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1_000;
    }
}
