package io.draem.service.detection;

import io.draem.image.ImageLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What a request may cost, and what counts as a region.
 *
 * @param requestTimeout how long a request may take from its headers on, its body included; later it is answered with 504
 * @param image limits of an image
 * @param regions what counts as a region
 * @param batch limits of requests with several images
 * @param detection what is answered
 */
@ConfigurationProperties("draem")
public record DetectionProperties(
        @DefaultValue("30s") Duration requestTimeout,
        @DefaultValue Image image,
        @DefaultValue Regions regions,
        @DefaultValue Batch batch,
        @DefaultValue Detection detection) {

    public DetectionProperties {
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException("draem.request-timeout must be positive, got " + requestTimeout);
        }
        if (image.maxBytesInFlight().toBytes() < 2 * batch.maxBytes().toBytes()) {
            throw new IllegalArgumentException("draem.image.max-bytes-in-flight must be at least twice"
                    + " draem.batch.max-bytes (" + batch.maxBytes() + "), for a body and what it unpacks to, got "
                    + image.maxBytesInFlight());
        }
        if (image.maxPictureBytesInFlight().compareTo(batch.maxPictureBytes()) < 0) {
            throw new IllegalArgumentException("draem.image.max-picture-bytes-in-flight must be at least"
                    + " draem.batch.max-picture-bytes (" + batch.maxPictureBytes() + "), got "
                    + image.maxPictureBytesInFlight());
        }
    }

    /**
     * Limits of an image, checked before any of its pixels is decoded.
     *
     * @param maxBytes largest encoded size
     * @param maxPixels most pixels (width times height) that its header may claim
     * @param maxPixelsInFlight most pixels of all the images that are examined at a time, of which each takes some 16
     *     bytes of the heap; further images wait
     * @param maxBytesInFlight most bytes of the bodies of all requests at a time, counted as they arrive, and of what they
     *     unpack to; beyond them the largest uploads are answered with 503. At least twice {@code draem.batch.max-bytes}
     * @param maxPictureBytesInFlight most bytes of maps and pictures in all answers that are being sent at a time; a
     *     request that would add more is answered with 503, one without pictures is not concerned. At least
     *     {@code draem.batch.max-picture-bytes}
     * @param threads how many threads decode images and draw answers; default: the processors that the container may
     *     use
     */
    public record Image(
            @DefaultValue("32MB") DataSize maxBytes,
            @DefaultValue("64000000") long maxPixels,
            @DefaultValue("64000000") int maxPixelsInFlight,
            @DefaultValue("256MB") DataSize maxBytesInFlight,
            @DefaultValue("256MB") DataSize maxPictureBytesInFlight,
            @Nullable Integer threads) {

        private static final DataSize MOST_BYTES = DataSize.ofGigabytes(1);

        public Image {
            if (maxBytes.toBytes() < 1 || maxBytes.compareTo(MOST_BYTES) > 0) {
                throw new IllegalArgumentException("draem.image.max-bytes must be between 1B and 1GB, got " + maxBytes);
            }
            if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 4) {
                throw new IllegalArgumentException(
                        "draem.image.max-pixels must be between 1 and 536870911, got " + maxPixels);
            }
            if (maxPixelsInFlight < maxPixels) {
                throw new IllegalArgumentException("draem.image.max-pixels-in-flight must be at least"
                        + " draem.image.max-pixels (" + maxPixels + "), got " + maxPixelsInFlight);
            }
            if (maxBytesInFlight.compareTo(maxBytes) < 0) {
                throw new IllegalArgumentException("draem.image.max-bytes-in-flight must be at least"
                        + " draem.image.max-bytes (" + maxBytes + "), got " + maxBytesInFlight);
            }
            if (threads != null && (threads < 1 || threads > 1024)) {
                throw new IllegalArgumentException("draem.image.threads must be between 1 and 1024, got " + threads);
            }
        }

        /** Returns the limits for the decoder. */
        public ImageLimits limits() {
            return new ImageLimits(maxBytes.toBytes(), maxPixels);
        }
    }

    /**
     * What counts as a region.
     *
     * @param minArea fewest pixels of the original image, where neither the request nor the model says
     */
    public record Regions(@DefaultValue("16") int minArea) {

        public Regions {
            if (minArea < 1) {
                throw new IllegalArgumentException("draem.regions.min-area must be at least 1, got " + minArea);
            }
        }
    }

    /**
     * What is answered.
     *
     * @param unusualInput what is done with an image that does not look like the model's training images
     */
    public record Detection(@DefaultValue("report") UnusualInput unusualInput) {}

    /** What is done with an image that does not look like the model's training images. */
    public enum UnusualInput {
        /** The answer says so beside the verdict. */
        REPORT,
        /** A problem is answered in place of a verdict. */
        REFUSE
    }

    /**
     * Limits of requests with several images, through whichever door.
     *
     * @param maxImages most images in one request
     * @param maxBytes largest body of such a request, also after it was decompressed
     * @param maxImagesInFlight most images of all batches that are under way at a time; further ones wait
     * @param maxPictureBytes most bytes of the maps, masks, overlays and reconstructions in one answer
     */
    public record Batch(
            @DefaultValue("64") int maxImages,
            @DefaultValue("64MB") DataSize maxBytes,
            @DefaultValue("64") int maxImagesInFlight,
            @DefaultValue("256MB") DataSize maxPictureBytes) {

        private static final int MOST_IMAGES = 1_000;

        public Batch {
            if (maxImages < 1 || maxImages > MOST_IMAGES) {
                throw new IllegalArgumentException(
                        "draem.batch.max-images must be between 1 and " + MOST_IMAGES + ", got " + maxImages);
            }
            if (maxBytes.toBytes() < 1 || maxBytes.compareTo(Image.MOST_BYTES) > 0) {
                throw new IllegalArgumentException("draem.batch.max-bytes must be between 1B and 1GB, got " + maxBytes);
            }
            if (maxImagesInFlight < 1 || maxImagesInFlight > MOST_IMAGES) {
                throw new IllegalArgumentException("draem.batch.max-images-in-flight must be between 1 and "
                        + MOST_IMAGES + ", got " + maxImagesInFlight);
            }
            if (maxPictureBytes.isNegative()) {
                throw new IllegalArgumentException(
                        "draem.batch.max-picture-bytes must not be negative, got " + maxPictureBytes);
            }
        }
    }
}
