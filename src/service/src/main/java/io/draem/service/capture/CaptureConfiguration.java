package io.draem.service.capture;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionArchive;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.queue.Listeners;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Configures what is captured; nothing without a directory. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CaptureProperties.class)
class CaptureConfiguration {

    /** The part of the memory for bodies that images may take which wait to be written. */
    private static final int PART = 8;

    @Bean(initMethod = "start")
    @ConditionalOnProperty("draem.capture.directory")
    Captures captures(
            CaptureProperties properties, Admission admission, CaptureListener listener, MemoryLimits limits) {
        return new Captures(
                properties,
                CaptureStore.open(Objects.requireNonNull(properties.directory())),
                admission,
                Listeners.all(CaptureListener.class, List.of(listener)),
                limits.bytesInFlight().toBytes() / PART);
    }

    /** Not closed itself: the captures are. */
    @Bean(destroyMethod = "")
    @Primary
    DetectionArchive detectionArchive(ObjectProvider<Captures> captures) {
        Captures present = captures.getIfAvailable();
        return present == null ? DetectionArchive.NONE : present;
    }
}
