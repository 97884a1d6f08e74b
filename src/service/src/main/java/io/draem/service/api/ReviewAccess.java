package io.draem.service.api;

import io.draem.service.capture.CaptureStore;
import io.draem.service.capture.CapturedImage;
import io.draem.service.capture.Captures;
import io.draem.service.detection.DetectionException;
import io.draem.service.web.Endpoints;
import io.draem.service.web.ProblemException;
import io.draem.service.web.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Gives reviewers the captured images. */
@Component
class ReviewAccess {

    private final @Nullable CaptureStore captured;

    ReviewAccess(ObjectProvider<Captures> captures) {
        Captures present = captures.getIfAvailable();
        this.captured = present == null ? null : present.store();
    }

    /**
     * Returns the captured images.
     *
     * @throws ProblemException if the client has no right to see them, or the service captures none
     */
    CaptureStore require(HttpServletRequest request) {
        Endpoints.requireRole(request, Endpoints.REVIEW);
        if (captured == null) {
            throw new ProblemException(
                    ProblemType.NOT_CAPTURED,
                    "This service captures no images: draem.capture.directory names where they are kept");
        }
        return captured;
    }

    /**
     * Returns an image.
     *
     * @throws ProblemException if there is none
     * @throws DetectionException if that is no number
     */
    static CapturedImage find(CaptureStore store, String id) throws DetectionException {
        CapturedImage image = store.find(QueryParameters.number("id", id, Long.MAX_VALUE));
        if (image == null) {
            throw new ProblemException(
                    ProblemType.NOT_CAPTURED, "There is no captured image " + id + ": it may have been deleted");
        }
        return image;
    }
}
