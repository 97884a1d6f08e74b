package io.draem.service.capture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Which images are kept for a review, and how long.
 *
 * @param directory directory for captured images, their verdicts and labels; no other process may use it. Default: nothing is
 *     captured
 * @param bucket {@code s3://BUCKET/PREFIX}: the images are there, and only their index is in the directory; no other service
 *     may use the prefix. Endpoint, region and credentials come from the AWS SDK's standard places, such as
 *     {@code AWS_ENDPOINT_URL_S3}, {@code AWS_REGION} and {@code AWS_ACCESS_KEY_ID}. Default: the images are in the directory
 * @param reasons why an image is captured: {@code anomalous}, {@code near-threshold}, {@code unusual} (unlike the training
 *     images), {@code disagreement} (a candidate has another verdict), {@code random}
 * @param nearThreshold largest distance of the normalized score from 0.5 that is near the threshold, 0 to 0.5
 * @param randomShare share of all images that is captured at random, 0 to 1: the fair sample that false-alarm rates are
 *     estimated from
 * @param excludedModels names of models whose images are never captured
 * @param maxBytes most bytes of the images, masks and maps; beyond it the oldest are deleted, those without a label first
 * @param maxImages most images; beyond it the oldest are deleted, those without a label first
 * @param maxAge age at which an image is deleted with its verdict and label
 */
@ConfigurationProperties("draem.capture")
public record CaptureProperties(
        @Nullable Path directory,
        @Nullable String bucket,

        @DefaultValue({"anomalous", "near-threshold", "unusual", "disagreement", "random"})
        Set<CaptureReason> reasons,

        @DefaultValue("0.1") double nearThreshold,
        @DefaultValue("0.01") double randomShare,
        @DefaultValue List<String> excludedModels,
        @DefaultValue("10GB") DataSize maxBytes,
        @DefaultValue("100000") int maxImages,
        @DefaultValue("30d") Duration maxAge) {

    public CaptureProperties {
        reasons = Set.copyOf(reasons);
        excludedModels = List.copyOf(excludedModels);
        if (bucket != null && directory == null) {
            throw new IllegalArgumentException(
                    "draem.capture.bucket needs draem.capture.directory for the index of its images");
        }
        if (!(nearThreshold >= 0 && nearThreshold <= 0.5)) {
            throw new IllegalArgumentException(
                    "draem.capture.near-threshold must be between 0 and 0.5, got " + nearThreshold);
        }
        if (!(randomShare >= 0 && randomShare <= 1)) {
            throw new IllegalArgumentException(
                    "draem.capture.random-share must be between 0 and 1, got " + randomShare);
        }
        if (maxBytes.toBytes() < 1) {
            throw new IllegalArgumentException("draem.capture.max-bytes must be at least 1B, got " + maxBytes);
        }
        if (maxImages < 1) {
            throw new IllegalArgumentException("draem.capture.max-images must be at least 1, got " + maxImages);
        }
        if (maxAge.toSeconds() < 1) {
            throw new IllegalArgumentException("draem.capture.max-age must be at least 1s, got " + maxAge);
        }
    }
}
