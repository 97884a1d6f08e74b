package io.draem.service.detection;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageLimits;
import io.draem.service.models.ModelRepository;
import io.draem.service.queue.FairExecutor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** Wires the services that examine images, and their budgets. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DetectionProperties.class)
class DetectionConfiguration {

    private static final Logger log = LoggerFactory.getLogger(DetectionConfiguration.class);

    @Bean
    MemoryLimits memoryLimits(DetectionProperties properties) {
        long heap = Runtime.getRuntime().maxMemory();
        MemoryLimits limits = MemoryLimits.of(
                heap,
                properties.memory().budget(),
                properties.image().maxPixels(),
                properties.image().maxBytes());
        log.info(
                "A heap of {} MiB takes images of up to {} megapixels and {}, {} megapixels at a time; {} of bodies and"
                        + " {} of pictures at a time; and {} of images in one request",
                heap >> 20,
                megapixels(limits.maxPixels()),
                megabytes(limits.maxBytes()),
                megapixels(limits.pixelsInFlight()),
                megabytes(limits.bytesInFlight()),
                megabytes(limits.pictureBytesInFlight()),
                megabytes(limits.maxBatchBytes()));
        return limits;
    }

    private static String megapixels(long pixels) {
        return String.format(Locale.ROOT, "%.1f", pixels / 1e6);
    }

    private static String megabytes(DataSize size) {
        return String.format(Locale.ROOT, "%.1f MiB", size.toBytes() / 1048576.0);
    }

    /** A part of the web server's threads stays free: for probes, and for refusals. */
    @Bean
    Admission admission(
            ModelRepository models,
            DetectionListener listener,
            MemoryLimits limits,
            @Value("${server.tomcat.threads.max}") int threads) {
        return new Admission(
                models,
                listener,
                Math.max(1, threads - threads / 8),
                limits.bytesInFlight().toBytes());
    }

    @Bean
    FairExecutor imageThreads(DetectionProperties properties) {
        Integer threads = properties.image().threads();
        return new FairExecutor(threads != null ? threads : Runtime.getRuntime().availableProcessors());
    }

    @Bean
    PixelBudget pixelBudget(MemoryLimits limits) {
        return new PixelBudget(limits.pixelsInFlight());
    }

    @Bean
    ResponseBudget responseBudget(MemoryLimits limits) {
        return new ResponseBudget(limits.pictureBytesInFlight().toBytes());
    }

    @Bean
    RequestDispatch requestDispatch(ModelRepository models, DetectionListener listener) {
        return new RequestDispatch(models, listener);
    }

    @Bean
    ImageDecoder imageDecoder(MemoryLimits limits) {
        return new ImageDecoder(new ImageLimits(limits.maxBytes().toBytes(), limits.maxPixels()));
    }

    @Bean
    ImagePreparation imagePreparation(
            ImageDecoder imageDecoder, DetectionListener listener, DetectionProperties properties) {
        return new ImagePreparation(
                imageDecoder, listener, properties.detection().unusualInput());
    }

    @Bean
    RequestedRegions requestedRegions(ImageDecoder imageDecoder, PixelBudget pixelBudget, FairExecutor imageThreads) {
        return new RequestedRegions(imageDecoder, pixelBudget, imageThreads);
    }

    @Bean
    ImagePreviews imagePreviews(
            ModelRepository models,
            ImageDecoder imageDecoder,
            MemoryLimits limits,
            Admission admission,
            PixelBudget pixelBudget,
            FairExecutor imageThreads) {
        return new ImagePreviews(models, imageDecoder, limits, admission, pixelBudget, imageThreads);
    }

    @Bean
    FrameAdmission frameAdmission(FairExecutor imageThreads, DetectionProperties properties) {
        return new FrameAdmission(imageThreads, properties.image().maxTiles(), properties.requestTimeout());
    }

    @Bean
    TiledModelLog tiledModelLog(MemoryLimits limits, DetectionProperties properties) {
        return new TiledModelLog(limits, properties.image().maxTiles());
    }

    @Bean
    PredictionService predictionService(
            RequestDispatch requestDispatch,
            ImagePreparation imagePreparation,
            PixelBudget pixelBudget,
            ResponseBudget responseBudget,
            FairExecutor imageThreads,
            DetectionListener listener,
            FrameAdmission frameAdmission,
            @Nullable DetectionArchive archive,
            PredictionService.AnswerListener answers) {
        return new PredictionService(
                requestDispatch,
                imagePreparation,
                pixelBudget,
                responseBudget,
                imageThreads,
                listener,
                frameAdmission,
                archive == null ? DetectionArchive.NONE : archive,
                answers);
    }

    @Bean
    DetectionService detectionService(
            RequestDispatch requestDispatch,
            ImagePreparation imagePreparation,
            PixelBudget pixelBudget,
            ResponseBudget responseBudget,
            FairExecutor imageThreads,
            DetectionListener listener,
            FrameAdmission frameAdmission,
            DetectionProperties properties,
            @Nullable DetectionArchive archive) {
        return new DetectionService(
                requestDispatch,
                imagePreparation,
                pixelBudget,
                responseBudget,
                imageThreads,
                listener,
                frameAdmission,
                new Postprocessing(properties.regions().minArea()),
                archive == null ? DetectionArchive.NONE : archive);
    }

    /** Examines images for comparisons, which are no requests: no listener is informed of them. */
    @Bean(defaultCandidate = false)
    DetectionService unreportedDetections(
            ModelRepository models,
            ImageDecoder imageDecoder,
            PixelBudget pixelBudget,
            ResponseBudget responseBudget,
            FairExecutor imageThreads,
            FrameAdmission frameAdmission,
            DetectionProperties properties) {
        DetectionListener none = new DetectionListener() {};
        return detectionService(
                requestDispatch(models, none),
                imagePreparation(imageDecoder, none, properties),
                pixelBudget,
                responseBudget,
                imageThreads,
                none,
                frameAdmission,
                properties,
                null);
    }

    @Bean
    DetectionBatches detectionBatches(DetectionService detections, MemoryLimits limits) {
        return new DetectionBatches(detections, limits.pictureBytesInFlight().toBytes());
    }
}
