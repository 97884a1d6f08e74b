package io.draem.service.detection;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What a request may cost, and what counts as a region. What is not set follows from the heap: {@link MemoryLimits} has
 * the limits that apply.
 *
 * @param requestTimeout deadline of a request, measured from its headers and including its body; later responses are
 *     504, and late requests are dropped before they are decoded or run
 * @param image limits of an image
 * @param memory memory for all requests
 * @param regions what counts as a region
 * @param batch limits of requests with several images
 * @param detection what a response reports
 */
@ConfigurationProperties("draem")
public record DetectionProperties(
        @DefaultValue("30s") Duration requestTimeout,
        @DefaultValue Image image,
        @DefaultValue Memory memory,
        @DefaultValue Regions regions,
        @DefaultValue Batch batch,
        @DefaultValue Detection detection) {

    public DetectionProperties {
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException("draem.request-timeout must be positive, got " + requestTimeout);
        }
    }

    /**
     * Limits of an image, checked before any of its pixels is decoded.
     *
     * @param maxBytes largest image file; larger ones are rejected with 413. Default: half of what the heap has for
     *     bodies, at most 32 MB
     * @param maxPixels largest image in pixels; larger ones are rejected with 413 before a pixel is decoded. Default:
     *     what the heap has for images, at most 64 million
     * @param threads threads that decode images and draw pictures. At most half of them (at least one) work on images
     *     above 16 megapixels, and half as many more (at least one) on images of up to 2 megapixels (Full HD) alone.
     *     Default: the processors of the container
     * @param maxTiles most tiles of an image that run, where the model cuts images into tiles; images with more are
     *     rejected with 413
     */
    public record Image(
            @Nullable DataSize maxBytes,
            @Nullable Long maxPixels,
            @Nullable Integer threads,
            @DefaultValue("1024") int maxTiles) {

        private static final DataSize MOST_BYTES = DataSize.ofGigabytes(1);
        private static final int MOST_TILES = 1_000_000;

        public Image {
            if (maxBytes != null && (maxBytes.toBytes() < 1 || maxBytes.compareTo(MOST_BYTES) > 0)) {
                throw new IllegalArgumentException("draem.image.max-bytes must be between 1B and 1GB, got " + maxBytes);
            }
            if (maxPixels != null && (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 4)) {
                throw new IllegalArgumentException(
                        "draem.image.max-pixels must be between 1 and 536870911, got " + maxPixels);
            }
            if (threads != null && (threads < 1 || threads > 1024)) {
                throw new IllegalArgumentException("draem.image.threads must be between 1 and 1024, got " + threads);
            }
            if (maxTiles < 1 || maxTiles > MOST_TILES) {
                throw new IllegalArgumentException(
                        "draem.image.max-tiles must be between 1 and " + MOST_TILES + ", got " + maxTiles);
            }
        }
    }

    /**
     * Memory for all requests.
     *
     * @param budget heap for images, bodies and pictures of all requests at a time. By default at most 64 megapixels
     *     and 256 MB each of bodies and pictures are in memory at a time; a budget that is set is divided as a whole.
     *     At the limit images wait, and uploads and pictures are rejected with 503; what never fits is rejected with
     *     413. Default: the heap less 64 MiB
     */
    public record Memory(@Nullable DataSize budget) {

        static final DataSize LEAST_BUDGET = DataSize.ofMegabytes(5);

        public Memory {
            if (budget != null && budget.compareTo(LEAST_BUDGET) < 0) {
                throw new IllegalArgumentException("draem.memory.budget must be at least 5MB, got " + budget);
            }
        }
    }

    /**
     * What counts as a region.
     *
     * @param minArea smallest number of pixels of the original image in a region, where neither the request nor the
     *     model sets one
     */
    public record Regions(@DefaultValue("16") int minArea) {

        public Regions {
            if (minArea < 1) {
                throw new IllegalArgumentException("draem.regions.min-area must be at least 1, got " + minArea);
            }
        }
    }

    /**
     * What a response reports.
     *
     * @param unusualInput what happens to an image unlike the training images (black, uniform, wrongly exposed,
     *     blurred, other colors): {@code report} returns {@code input.usual} and reasons with the verdict, {@code
     *     refuse} the problem {@code unusual-input} (422)
     */
    public record Detection(@DefaultValue("report") UnusualInput unusualInput) {}

    /** What happens to an image that does not look like the model's training images. */
    public enum UnusualInput {
        /** The response reports it with the verdict. */
        REPORT,
        /** The response is a problem instead of a verdict. */
        REFUSE
    }

    /**
     * Limits of requests with several images, at every endpoint.
     *
     * @param maxImages images per request, of {@code /v1/detect/batch} and of the Open Inference Protocol
     */
    public record Batch(@DefaultValue("64") int maxImages) {

        private static final int MOST_IMAGES = 1_000;

        public Batch {
            if (maxImages < 1 || maxImages > MOST_IMAGES) {
                throw new IllegalArgumentException(
                        "draem.batch.max-images must be between 1 and " + MOST_IMAGES + ", got " + maxImages);
            }
        }
    }
}
