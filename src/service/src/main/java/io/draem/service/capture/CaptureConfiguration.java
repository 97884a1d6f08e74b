package io.draem.service.capture;

import io.draem.service.capture.files.BucketStore;
import io.draem.service.capture.files.FileStore;
import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.queue.Listeners;
import io.draem.service.startup.StartUpException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures what is captured; nothing without a directory. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CaptureProperties.class)
class CaptureConfiguration {

    /** The part of the memory for bodies that images may take which wait to be written. */
    private static final int PART = 8;

    @Bean(initMethod = "start")
    @ConditionalOnProperty("draem.capture.directory")
    Captures captures(
            CaptureProperties properties,
            Admission admission,
            CaptureListener listener,
            DetectionProperties detection,
            MemoryLimits limits) {
        return new Captures(
                properties,
                CaptureStore.open(directory(properties), bucket(properties)),
                admission,
                Listeners.all(CaptureListener.class, List.of(listener)),
                detection.regions().minArea(),
                limits.bytesInFlight().toBytes() / PART);
    }

    private static Path directory(CaptureProperties properties) {
        Path directory = properties.directory();
        if (directory == null || directory.toString().isBlank()) {
            throw new StartUpException(
                    "draem.capture.directory is empty",
                    "Name the directory for captured images, or remove the property to capture nothing");
        }
        return directory;
    }

    private static @Nullable FileStore bucket(CaptureProperties properties) {
        String address = properties.bucket();
        try {
            return address == null ? null : BucketStore.of(address);
        } catch (IllegalArgumentException e) {
            throw new StartUpException("draem.capture.bucket " + e.getMessage(), "", e);
        } catch (IOException e) {
            throw new StartUpException(
                    "draem.capture.bucket cannot be used: " + e.getMessage(),
                    "Set the region, AWS_REGION, and correct the other settings of the AWS SDK",
                    e);
        }
    }
}
