package io.draem.service.observation;

import io.draem.service.detection.DetectionListener;
import io.draem.service.inference.QueueListener;
import io.draem.service.models.ModelRepository;
import io.draem.service.security.AccessListener;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Hangs metrics and health on the service. */
@Configuration(proxyBeanMethods = false)
class ObservationConfiguration {

    @Bean
    QueueListener queueMetrics(MeterRegistry registry) {
        return new QueueMetrics(registry);
    }

    @Bean
    DetectionListener detectionMetrics(MeterRegistry registry) {
        return new DetectionMetrics(registry);
    }

    @Bean
    AccessListener accessMetrics(MeterRegistry registry) {
        return new AccessMetrics(registry);
    }

    @Bean
    ModelMetrics modelMetrics(MeterRegistry registry, ModelRepository models) {
        return new ModelMetrics(registry, models);
    }

    /** Named {@code models} in the health document. */
    @Bean("modelsHealthIndicator")
    HealthIndicator modelHealth(ModelRepository models) {
        return new ModelHealth(models);
    }
}
