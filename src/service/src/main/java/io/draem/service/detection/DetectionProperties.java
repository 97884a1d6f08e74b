package io.draem.service.detection;

import io.draem.image.ImageLimits;
import io.draem.service.startup.StartUpException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What a request may cost, and what counts as a region.
 *
 * @param requestTimeout deadline of a request, measured from its headers and including its body; later responses are
 *     504
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

    private static final int MOST_PIXELS = 64_000_000;
    private static final DataSize MOST_BYTES_OF_IMAGE = DataSize.ofMegabytes(32);
    private static final DataSize MOST_BYTES_OF_BATCH = DataSize.ofMegabytes(64);
    private static final DataSize MOST_BYTES_IN_FLIGHT = DataSize.ofMegabytes(256);

    public DetectionProperties {
        HeapShares heap = HeapShares.ofThisJvm();
        Image given = image;
        image = image(heap, given, batch);
        batch = batch(image, batch);
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
        requireHeap(heap, given, image, batch);
    }

    /**
     * Returns the limits of images, of which those that are not set follow from the heap. Whatever they must not be lower
     * than raises them, whatever they must not exceed lowers them.
     */
    static Image image(HeapShares heap, Image given, Batch batch) {
        Integer pixelsInFlight = given.maxPixelsInFlight;
        Long pixels = given.maxPixels;
        if (pixelsInFlight == null) {
            long derived = Math.min(MOST_PIXELS, heap.pixels());
            pixelsInFlight = (int) (pixels == null ? derived : Math.max(derived, pixels));
        }
        DataSize bytesInFlight = given.maxBytesInFlight;
        if (bytesInFlight == null) {
            bytesInFlight = least(MOST_BYTES_IN_FLIGHT, heap.bodies());
            if (given.maxBytes != null) {
                bytesInFlight = most(bytesInFlight, given.maxBytes);
            }
            if (batch.maxBytes != null) {
                bytesInFlight = most(bytesInFlight, DataSize.ofBytes(2 * batch.maxBytes.toBytes()));
            }
        }
        DataSize picturesInFlight = given.maxPictureBytesInFlight;
        if (picturesInFlight == null) {
            picturesInFlight = least(MOST_BYTES_IN_FLIGHT, heap.pictures());
            if (batch.maxPictureBytes != null) {
                picturesInFlight = most(picturesInFlight, batch.maxPictureBytes);
            }
        }
        DataSize bytes = given.maxBytes;
        return new Image(
                bytes != null ? bytes : least(MOST_BYTES_OF_IMAGE, half(bytesInFlight)),
                pixels != null ? pixels : Long.valueOf(Math.min(MOST_PIXELS, pixelsInFlight)),
                pixelsInFlight,
                bytesInFlight,
                picturesInFlight,
                given.threads);
    }

    /** Returns the limits of requests with several images, of which those that are not set follow from those of images. */
    static Batch batch(Image image, Batch given) {
        DataSize bytes = given.maxBytes;
        DataSize pictures = given.maxPictureBytes;
        return new Batch(
                given.maxImages,
                bytes != null ? bytes : least(MOST_BYTES_OF_BATCH, half(image.maxBytesInFlight())),
                pictures != null ? pictures : least(MOST_BYTES_IN_FLIGHT, image.maxPictureBytesInFlight()));
    }

    /**
     * Checks that what the limits allow at a time fits the heap.
     *
     * @param given the limits that are set
     * @param image all limits
     * @param batch all limits, which are set where they raise those of images
     * @throws StartUpException if it does not
     */
    static void requireHeap(HeapShares heap, Image given, Image image, Batch batch) {
        long pixelBytes = HeapShares.PIXEL_BYTES;
        long bodyBytes = HeapShares.BODY_COPIES;
        HeapShares.Use pixels = new HeapShares.Use(
                given.maxPixelsInFlight != null
                        ? "draem.image.max-pixels-in-flight"
                        : given.maxPixels != null ? "draem.image.max-pixels" : "",
                image.maxPixelsInFlight(),
                pixelBytes,
                pixelBytes * image.maxPixelsInFlight(),
                pixelBytes * heap.pixels());
        DataSize inFlight = image.maxBytesInFlight();
        boolean ofBatch = inFlight.toBytes() == 2 * batch.maxBytes().toBytes();
        HeapShares.Use bodies = new HeapShares.Use(
                given.maxBytesInFlight != null
                        ? "draem.image.max-bytes-in-flight"
                        : inFlight.compareTo(heap.bodies()) <= 0
                                ? ""
                                : ofBatch ? "draem.batch.max-bytes" : "draem.image.max-bytes",
                given.maxBytesInFlight == null && ofBatch ? batch.maxBytes() : inFlight,
                given.maxBytesInFlight == null && ofBatch ? 2 * bodyBytes : bodyBytes,
                bodyBytes * inFlight.toBytes(),
                bodyBytes * heap.bodies().toBytes());
        DataSize picturesInFlight = image.maxPictureBytesInFlight();
        HeapShares.Use pictures = new HeapShares.Use(
                given.maxPictureBytesInFlight != null
                        ? "draem.image.max-picture-bytes-in-flight"
                        : picturesInFlight.compareTo(heap.pictures()) > 0 ? "draem.batch.max-picture-bytes" : "",
                picturesInFlight,
                1,
                picturesInFlight.toBytes(),
                heap.pictures().toBytes());
        heap.require(List.of(pixels, bodies, pictures));
    }

    private static DataSize half(DataSize size) {
        return DataSize.ofBytes(Math.max(1, size.toBytes() / 2));
    }

    private static DataSize least(DataSize one, DataSize other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static DataSize most(DataSize one, DataSize other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static <T> T derived(@Nullable T limit) {
        return Objects.requireNonNull(limit, "a limit that follows from the heap is known once all properties are");
    }

    /**
     * Limits of an image, checked before any of its pixels is decoded. Those that are not set follow from the size of the
     * heap ({@link HeapShares}) and are at most the values that are named here.
     *
     * @param maxBytes largest encoded size; at most 32 MB, and half of {@code maxBytesInFlight}
     * @param maxPixels most pixels (width times height) that its header may claim; at most 64 million, and
     *     {@code maxPixelsInFlight}
     * @param maxPixelsInFlight most pixels of all the images that are examined at a time, of which each takes up to 16
     *     bytes of the heap; further images wait; at most 64 million
     * @param maxBytesInFlight most bytes of the bodies of all requests at a time, counted as they arrive, and of what
     *     they unpack to; beyond them the largest uploads are answered with 503. At least twice {@code draem.batch.max-bytes}; at most 256 MB
     * @param maxPictureBytesInFlight most bytes of maps and pictures in all answers that are being sent at a time; a
     *     request that would add more is answered with 503, one without pictures is not concerned. At least
     *     {@code draem.batch.max-picture-bytes}; at most 256 MB
     * @param threads how many threads decode images and draw answers; default: the processors that the container may
     *     use
     */
    public record Image(
            @Nullable DataSize maxBytes,
            @Nullable Long maxPixels,
            @Nullable Integer maxPixelsInFlight,
            @Nullable DataSize maxBytesInFlight,
            @Nullable DataSize maxPictureBytesInFlight,
            @Nullable Integer threads) {

        private static final DataSize MOST_BYTES = DataSize.ofGigabytes(1);

        public Image {
            if (maxBytes != null && (maxBytes.toBytes() < 1 || maxBytes.compareTo(MOST_BYTES) > 0)) {
                throw new IllegalArgumentException("draem.image.max-bytes must be between 1B and 1GB, got " + maxBytes);
            }
            if (maxPixels != null && (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 4)) {
                throw new IllegalArgumentException(
                        "draem.image.max-pixels must be between 1 and 536870911, got " + maxPixels);
            }
            if (maxPixelsInFlight != null && maxPixelsInFlight < (maxPixels == null ? 1 : maxPixels)) {
                throw new IllegalArgumentException("draem.image.max-pixels-in-flight must be at least"
                        + " draem.image.max-pixels (" + (maxPixels == null ? 1 : maxPixels) + "), got "
                        + maxPixelsInFlight);
            }
            if (maxBytesInFlight != null && maxBytes != null && maxBytesInFlight.compareTo(maxBytes) < 0) {
                throw new IllegalArgumentException("draem.image.max-bytes-in-flight must be at least"
                        + " draem.image.max-bytes (" + maxBytes + "), got " + maxBytesInFlight);
            }
            if (maxBytesInFlight != null && maxBytesInFlight.toBytes() < 2) {
                throw new IllegalArgumentException(
                        "draem.image.max-bytes-in-flight must be at least 2B, got " + maxBytesInFlight);
            }
            if (maxPictureBytesInFlight != null && maxPictureBytesInFlight.isNegative()) {
                throw new IllegalArgumentException(
                        "draem.image.max-picture-bytes-in-flight must not be negative, got " + maxPictureBytesInFlight);
            }
            if (threads != null && (threads < 1 || threads > 1024)) {
                throw new IllegalArgumentException("draem.image.threads must be between 1 and 1024, got " + threads);
            }
        }

        @Override
        public DataSize maxBytes() {
            return derived(maxBytes);
        }

        @Override
        public Long maxPixels() {
            return derived(maxPixels);
        }

        @Override
        public Integer maxPixelsInFlight() {
            return derived(maxPixelsInFlight);
        }

        @Override
        public DataSize maxBytesInFlight() {
            return derived(maxBytesInFlight);
        }

        @Override
        public DataSize maxPictureBytesInFlight() {
            return derived(maxPictureBytesInFlight);
        }

        /** Returns the limits for the decoder. */
        public ImageLimits limits() {
            return new ImageLimits(maxBytes().toBytes(), maxPixels());
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
     * What is answered.
     *
     * @param unusualInput what happens to an image unlike the training images (black, uniform, wrongly exposed,
     *     blurred, other colors): {@code report} returns {@code input.usual} and reasons with the verdict, {@code
     *     refuse} the problem {@code unusual-input} (422)
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
     * @param maxBytes largest body of such a request, also after it was decompressed; by default 64 MB, and at most half
     *     of {@code draem.image.max-bytes-in-flight}
     * @param maxPictureBytes most bytes of the maps, masks, overlays and reconstructions in one answer; by default 256 MB,
     *     and at most {@code draem.image.max-picture-bytes-in-flight}
     */
    public record Batch(
            @DefaultValue("64") int maxImages,
            @Nullable DataSize maxBytes,
            @Nullable DataSize maxPictureBytes) {

        private static final int MOST_IMAGES = 1_000;

        public Batch {
            if (maxImages < 1 || maxImages > MOST_IMAGES) {
                throw new IllegalArgumentException(
                        "draem.batch.max-images must be between 1 and " + MOST_IMAGES + ", got " + maxImages);
            }
            if (maxBytes != null && (maxBytes.toBytes() < 1 || maxBytes.compareTo(Image.MOST_BYTES) > 0)) {
                throw new IllegalArgumentException("draem.batch.max-bytes must be between 1B and 1GB, got " + maxBytes);
            }
            if (maxPictureBytes != null && maxPictureBytes.isNegative()) {
                throw new IllegalArgumentException(
                        "draem.batch.max-picture-bytes must not be negative, got " + maxPictureBytes);
            }
        }

        @Override
        public DataSize maxBytes() {
            return derived(maxBytes);
        }

        @Override
        public DataSize maxPictureBytes() {
            return derived(maxPictureBytes);
        }
    }
}
