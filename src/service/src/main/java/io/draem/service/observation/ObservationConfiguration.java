package io.draem.service.observation;

import io.draem.service.capture.Captures;
import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.DetectionService;
import io.draem.service.models.ModelRepository;
import io.draem.service.queue.Listeners;
import io.draem.service.queue.QueueListener;
import io.draem.service.security.AccessListener;
import io.draem.service.sessions.SessionBudget;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Configures metrics, traces, the log of verdicts and health. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ObservationProperties.class)
class ObservationConfiguration {

    @Bean
    QueueListener queueMetrics(MeterRegistry registry) {
        return new QueueMetrics(registry);
    }

    @Bean
    SessionMetrics sessionMetrics(MeterRegistry registry) {
        return new SessionMetrics(registry);
    }

    @Bean
    MeterBinder sessionBudgetMetrics(SessionBudget budget) {
        return registry -> {
            Gauge.builder("draem.model.memory.limit", () -> limit(budget))
                    .description(
                            "Memory for open models, as counted in draem_model_memory_bytes; infinite where all are"
                                    + " kept open")
                    .baseUnit("bytes")
                    .register(registry);
            Gauge.builder("draem.model.waiting", budget, SessionBudget::waiting)
                    .description("Models that wait to be opened")
                    .register(registry);
        };
    }

    @Bean
    DetectionMetrics detectionMetrics(MeterRegistry registry) {
        return new DetectionMetrics(registry);
    }

    @Bean
    AccessMetrics accessMetrics(MeterRegistry registry) {
        return new AccessMetrics(registry);
    }

    @Bean
    @Primary
    AccessListener accessListener(List<AccessListener> listeners) {
        return Listeners.all(AccessListener.class, listeners);
    }

    @Bean
    ShadowMetrics shadowMetrics(MeterRegistry registry, ModelRepository models) {
        return new ShadowMetrics(registry, models);
    }

    @Bean
    CaptureMetrics captureMetrics(MeterRegistry registry, ObjectProvider<Captures> captures) {
        return new CaptureMetrics(registry, captures);
    }

    @Bean
    DriftMetrics driftMetrics(MeterRegistry registry) {
        return new DriftMetrics(registry);
    }

    @Bean
    CapacityMetrics capacityMetrics(Admission admission, DetectionService detections) {
        return new CapacityMetrics(admission, detections);
    }

    @Bean
    @Primary
    DetectionListener detectionListener(
            List<DetectionListener> beans, ObjectProvider<Tracer> tracer, ObservationProperties properties) {
        List<DetectionListener> listeners = new ArrayList<>(beans);
        tracer.ifAvailable(tracing -> listeners.add(new StageSpans(tracing, Clock.systemUTC())));
        if (properties.logVerdicts()) {
            listeners.add(new VerdictLog());
        }
        return Listeners.all(DetectionListener.class, listeners);
    }

    /**
     * Adds the missing help text of the web server's metrics, and the outcome of the nonstandard status 499: the client has
     * disconnected.
     */
    @Bean
    MeterFilter webServerMetrics() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getDescription() == null && id.getName().startsWith("http.server.requests")
                        ? new Meter.Id(
                                id.getName(),
                                "499".equals(id.getTag("status"))
                                        ? Tags.of(id.getTagsAsIterable()).and("outcome", "CLIENT_ERROR")
                                        : Tags.of(id.getTagsAsIterable()),
                                id.getBaseUnit(),
                                "HTTP requests of all paths",
                                id.getType())
                        : id;
            }
        };
    }

    @Bean
    @ConditionalOnBooleanProperty("draem.grpc.enabled")
    ServerInterceptor grpcObservations(ObservationRegistry registry) {
        return new ObservationGrpcServerInterceptor(registry);
    }

    @Bean
    ModelMetrics modelMetrics(MeterRegistry registry) {
        return new ModelMetrics(registry);
    }

    /** Named {@code models} in the health document. */
    @Bean("modelsHealthIndicator")
    HealthIndicator modelHealth(ModelRepository models) {
        return new ModelHealth(models);
    }

    private static double limit(SessionBudget budget) {
        return budget.limit() == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : budget.limit();
    }
}
