package io.draem.service.detection;

import io.draem.image.ImageDecoder;
import io.draem.service.models.ModelRepository;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the way of an image. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DetectionProperties.class)
class DetectionConfiguration {

    @Bean
    DetectionService detectionService(
            ModelRepository models, DetectionListener listener, DetectionProperties properties) {
        return new DetectionService(
                models,
                new ImageDecoder(properties.image().limits()),
                new PixelBudget(properties.image().maxPixelsInFlight()),
                listener,
                properties.requestTimeout(),
                properties.regions().minArea());
    }
}
