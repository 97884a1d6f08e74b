package io.draem.service.detection;

import io.draem.image.ImageDecoder;
import io.draem.service.models.ModelRepository;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the way of an image. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DetectionProperties.class)
class DetectionConfiguration {

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
    FairThreads imageThreads(DetectionProperties properties) {
        Integer threads = properties.image().threads();
        return new FairThreads(threads != null ? threads : Runtime.getRuntime().availableProcessors());
    }

    @Bean
    PixelBudget pixelBudget(DetectionProperties properties) {
        return new PixelBudget(properties.image().maxPixelsInFlight());
    }

    @Bean
    AnswerBudget answerBudget(DetectionProperties properties) {
        return new AnswerBudget(properties.image().maxPictureBytesInFlight().toBytes());
    }

    @Bean
    Reception reception(ModelRepository models, DetectionListener listener) {
        return new Reception(models, listener);
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
            Reception reception,
            ImagePreparation imagePreparation,
            PixelBudget pixelBudget,
            AnswerBudget answerBudget,
            FairThreads imageThreads,
            DetectionListener listener) {
        return new PredictionService(reception, imagePreparation, pixelBudget, answerBudget, imageThreads, listener);
    }

    @Bean
    DetectionService detectionService(
            Reception reception,
            ImagePreparation imagePreparation,
            PixelBudget pixelBudget,
            AnswerBudget answerBudget,
            FairThreads imageThreads,
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
        DetectionProperties.Batch batch = properties.batch();
        return new DetectionBatches(
                detections, batch.maxImagesInFlight(), batch.maxPictureBytes().toBytes());
    }
}
