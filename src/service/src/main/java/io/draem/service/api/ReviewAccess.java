package io.draem.service.api;

import io.draem.service.capture.CaptureStore;
import io.draem.service.capture.CapturedFile;
import io.draem.service.capture.CapturedImage;
import io.draem.service.capture.Captures;
import io.draem.service.capture.files.StoreException;
import io.draem.service.capture.files.StoredFile;
import io.draem.service.detection.DetectionException;
import io.draem.service.web.Endpoints;
import io.draem.service.web.ProblemException;
import io.draem.service.web.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/** Gives reviewers the captured images. */
@Component
class ReviewAccess {

    private static final Logger log = LoggerFactory.getLogger(ReviewAccess.class);

    private static final String RETRY_AFTER_SECONDS = "5";

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
     * Opens a file of an image.
     *
     * @throws ProblemException if it is not there, or cannot be read now
     */
    static StoredFile open(CaptureStore store, CapturedImage image, CapturedFile file, HttpServletResponse response)
            throws IOException {
        try {
            return store.open(image, file);
        } catch (NoSuchFileException e) {
            throw new ProblemException(
                    ProblemType.NOT_CAPTURED,
                    image.hasMap() || file == CapturedFile.IMAGE
                            ? "Image " + image.id() + " was deleted meanwhile"
                            : "Image " + image.id() + " was captured without its map and mask: a candidate disagreed");
        } catch (StoreException e) {
            throw problem(e, response);
        }
    }

    /**
     * Returns the problem of a store that cannot be used now, in place of what was to be the response; the log says more than
     * clients get to know.
     *
     * @throws StoreException if a part of the response was sent already: its end is missing then
     */
    static ProblemException problem(StoreException failure, HttpServletResponse response) throws StoreException {
        if (response.isCommitted()) {
            throw failure;
        }
        response.setContentLengthLong(-1); // Spring takes the rest back
        if (failure.busy()) {
            response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            return new ProblemException(
                    ProblemType.OVERLOADED, "Too many captured images are being read: try again when one has ended");
        }
        log.warn("Captured images cannot be used: {}", failure.getMessage());
        return new ProblemException(ProblemType.CAPTURES_UNAVAILABLE, ProblemType.CAPTURES_UNAVAILABLE.detail(""));
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
