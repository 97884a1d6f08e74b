package io.draem.service.shadow;

import io.draem.score.Verdict;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionRequest;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.RequestContext;
import java.time.Duration;
import java.util.Set;

/**
 * An image with its verdict, for a candidate.
 *
 * @param request of the client
 * @param served the version that answered
 * @param digest {@code sha256:} and the hexadecimal digest of the image's file
 * @param inference time of the runs of the version that answered
 * @param until {@link System#nanoTime()} after which it is dropped
 */
record ShadowImage(
        DetectionRequest request,
        ServedModel served,
        ServedModel candidate,
        String digest,
        Verdict verdict,
        Duration inference,
        long until) {

    /** How long an image waits for its moment. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Returns an image with the verdict that the client gets. */
    static ShadowImage of(DetectionRequest request, Detection answer, ServedModel candidate) {
        return new ShadowImage(
                request,
                answer.model(),
                candidate,
                answer.digest(),
                answer.verdict(),
                answer.timing().inference(),
                System.nanoTime() + PATIENCE.toNanos());
    }

    /** Returns how many bytes the file has. */
    long length() {
        return request.image().length;
    }

    /** Returns what the candidate examines: as in the request, by the thresholds of the candidate, without pictures. */
    DetectionRequest forCandidate(RequestContext context) {
        return new DetectionRequest(
                request.image(),
                candidate.name(),
                candidate.version(),
                null,
                request.pixelThreshold(),
                request.minRegionArea(),
                request.region(),
                null,
                Set.of(),
                context);
    }
}
