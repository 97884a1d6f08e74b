package io.draem.service.shadow;

import io.draem.service.capture.Captures;
import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.DetectionService;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.models.ModelRepository;
import io.draem.service.queue.Listeners;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures the runs of candidates. */
@Configuration(proxyBeanMethods = false)
class ShadowConfiguration {

    /** The part of the memory for bodies that images may take which wait for a candidate. */
    private static final int PART = 8;

    @Bean(initMethod = "start")
    ShadowRuns shadowRuns(
            ModelRepository models,
            @Qualifier("unreportedDetections") DetectionService detections,
            Admission admission,
            ShadowListener listener,
            DetectionProperties properties,
            MemoryLimits limits,
            ObjectProvider<Captures> captures) {
        return new ShadowRuns(
                models,
                detections,
                admission,
                Listeners.all(ShadowListener.class, List.of(listener)),
                properties.requestTimeout(),
                limits.bytesInFlight().toBytes() / PART,
                captures.getIfAvailable());
    }
}
