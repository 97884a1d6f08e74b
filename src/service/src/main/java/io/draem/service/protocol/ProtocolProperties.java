package io.draem.service.protocol;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of inference requests of the Open Inference Protocol.
 *
 * @param maxImages most images in one request
 * @param maxBytes largest body, also after it was decompressed
 * @param maxInflatedBytesInFlight most bytes of all decompressed bodies at a time; further requests are answered with
 *     503
 */
@ConfigurationProperties("draem.protocol")
record ProtocolProperties(
        @DefaultValue("64") int maxImages,
        @DefaultValue("64MB") DataSize maxBytes,
        @DefaultValue("256MB") DataSize maxInflatedBytesInFlight) {

    private static final int MOST_IMAGES = 1_000;
    private static final DataSize MOST_BYTES = DataSize.ofGigabytes(1);

    ProtocolProperties {
        if (maxImages < 1 || maxImages > MOST_IMAGES) {
            throw new IllegalArgumentException(
                    "draem.protocol.max-images must be between 1 and " + MOST_IMAGES + ", got " + maxImages);
        }
        if (maxBytes.toBytes() < 1 || maxBytes.compareTo(MOST_BYTES) > 0) {
            throw new IllegalArgumentException("draem.protocol.max-bytes must be between 1B and 1GB, got " + maxBytes);
        }
        if (maxInflatedBytesInFlight.compareTo(maxBytes) < 0) {
            throw new IllegalArgumentException("draem.protocol.max-inflated-bytes-in-flight must be at least"
                    + " draem.protocol.max-bytes (" + maxBytes + "), got " + maxInflatedBytesInFlight);
        }
    }
}
