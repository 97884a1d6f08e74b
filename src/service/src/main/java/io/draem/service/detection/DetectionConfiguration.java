package io.draem.service.detection;

import io.draem.image.ImageDecoder;
import io.draem.service.models.ModelRepository;
import io.draem.service.queue.FairExecutor;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** Wires the way of an image. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DetectionProperties.class)
class DetectionConfiguration {

    private static final Logger log = LoggerFactory.getLogger(DetectionConfiguration.class);

    DetectionConfiguration(DetectionProperties properties) {
        DetectionProperties.Image image = properties.image();
        log.info(
                "A heap of {} MiB takes images of up to {} megapixels and {}, {} megapixels at a time; {} of bodies and"
                        + " {} of pictures at a time; and {} of images in one request",
                Runtime.getRuntime().maxMemory() >> 20,
                megapixels(image.maxPixels()),
                megabytes(image.maxBytes()),
                megapixels(image.maxPixelsInFlight()),
                megabytes(image.maxBytesInFlight()),
                megabytes(image.maxPictureBytesInFlight()),
                megabytes(properties.batch().maxBytes()));
    }

    private static String megapixels(long pixels) {
        return String.format(Locale.ROOT, "%.1f", pixels / 1e6);
    }

    private static String megabytes(DataSize size) {
        return String.format(Locale.ROOT, "%.1f MiB", size.toBytes() / 1048576.0);
    }

    /** A part of the web server's threads stays free: for probes, and for telling callers that there is no room. */
    @Bean
    Admission admission(
            ModelRepository models,
            DetectionListener listener,
            DetectionProperties properties,
            @Value("${server.tomcat.threads.max}") int threads) {
        DetectionProperties.Image image = properties.image();
        return new Admission(
                models,
                listener,
                Math.max(1, threads - threads / 8),
                image.maxBytesInFlight().toBytes());
    }

    @Bean
    FairExecutor imageThreads(DetectionProperties properties) {
        Integer threads = properties.image().threads();
        return new FairExecutor(threads != null ? threads : Runtime.getRuntime().availableProcessors());
    }

    @Bean
    PixelBudget pixelBudget(DetectionProperties properties) {
        return new PixelBudget(properties.image().maxPixelsInFlight());
    }

    @Bean
    ResponseBudget answerBudget(DetectionProperties properties) {
        return new ResponseBudget(properties.image().maxPictureBytesInFlight().toBytes());
    }

    @Bean
    RequestDispatch reception(ModelRepository models, DetectionListener listener) {
        return new RequestDispatch(models, listener);
    }

    @Bean
    ImagePreparation imagePreparation(DetectionListener listener, DetectionProperties properties) {
        return new ImagePreparation(
                new ImageDecoder(properties.image().limits()),
                listener,
                properties.detection().unusualInput());
    }

    @Bean
    PredictionService predictionService(
            RequestDispatch reception,
            ImagePreparation imagePreparation,
            PixelBudget pixelBudget,
            ResponseBudget answerBudget,
            FairExecutor imageThreads,
            DetectionListener listener) {
        return new PredictionService(reception, imagePreparation, pixelBudget, answerBudget, imageThreads, listener);
    }

    @Bean
    DetectionService detectionService(
            RequestDispatch reception,
            ImagePreparation imagePreparation,
            PixelBudget pixelBudget,
            ResponseBudget answerBudget,
            FairExecutor imageThreads,
            DetectionListener listener,
            DetectionProperties properties) {
        return new DetectionService(
                reception,
                imagePreparation,
                pixelBudget,
                answerBudget,
                imageThreads,
                listener,
                properties.regions().minArea());
    }

    @Bean
    DetectionBatches detectionBatches(DetectionService detections, DetectionProperties properties) {
        return new DetectionBatches(
                detections, properties.batch().maxPictureBytes().toBytes());
    }
}
