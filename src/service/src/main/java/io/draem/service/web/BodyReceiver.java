package io.draem.service.web;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.security.Access;
import io.draem.service.security.Gatekeeper;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;

/**
 * Receives the bodies of requests before the web server passes these on, without a thread while nothing arrives. What
 * will be refused in any case is passed on at once, its body unread.
 */
final class BodyReceiver {

    private static final Logger log = LoggerFactory.getLogger(BodyReceiver.class);

    private final Admission admission;
    private final KeyFilter keys;
    private final String contextPath;
    private final String operations;
    private final long timeout;
    private final long imageBytes;
    private final long batchBytes;
    private final Set<ReceivedBody> arriving = ConcurrentHashMap.newKeySet();
    private final Map<Request, DiscardedInput> discarded = new ConcurrentHashMap<>();

    /**
     * @param imageBytes most bytes of a body with one image
     * @param batchBytes most bytes of a body with several images
     * @param operations path of the endpoints of operations, without the context's and without a slash at its end
     */
    BodyReceiver(
            Admission admission,
            KeyFilter keys,
            Duration timeout,
            long imageBytes,
            long batchBytes,
            String contextPath,
            String operations) {
        this.admission = admission;
        this.keys = keys;
        this.contextPath = contextPath;
        this.operations = operations + "/";
        this.timeout = timeout.toNanos();
        this.imageBytes = imageBytes;
        this.batchBytes = batchBytes;
    }

    /** Returns an adapter that passes requests on once their bodies have arrived. */
    Adapter before(Adapter next) {
        return new ReceivingAdapter(this, next);
    }

    /** Reads path and model of a request once, for all that decides on it. */
    RequestTarget target(Request request) {
        return RequestTarget.read(request, contextPath);
    }

    /** Decides on a request by its headers, and returns its body, before it is received. */
    ReceivedBody body(Request request) {
        String uri = Objects.requireNonNullElse(request.requestURI().toString(), "");
        return new ReceivedBody(request, keys.decide(request.getMethod(), uri, request::getHeader), timeout);
    }

    /** Returns the bodies that arrive at present, which are checked. */
    Set<ReceivedBody> arriving() {
        return arriving;
    }

    /** Returns what is discarded at present after responses, which is checked. */
    Map<Request, DiscardedInput> discarded() {
        return discarded;
    }

    /** Refuses bodies that arrive too slowly, and ends what is discarded; to be called several times per second. */
    void check() {
        long now = System.nanoTime();
        discarded.values().removeIf(DiscardedInput::isConnectionClosed);
        discarded.values().forEach(input -> guarded(() -> input.check(now)));
        arriving.forEach(body -> guarded(() -> check(body, now)));
    }

    /** Whatever a check throws would end all checks for good. */
    private static void guarded(Runnable check) {
        try {
            check.run();
        } catch (Throwable e) {
            log.error("A body that arrives could not be checked", e);
        }
    }

    private void check(ReceivedBody body, long now) {
        if (body.isConnectionClosed()) {
            if (arriving.remove(body)) {
                body.close();
            }
        } else {
            body.check(now);
        }
    }

    /** Decides what is done with a body; returns whether it is received. */
    boolean begin(Request request, RequestTarget target, ReceivedBody body) {
        boolean post = "POST".equals(request.getMethod());
        String path = target.path();
        KeyFilter.Decision decision = Objects.requireNonNull(body.decision());
        long most = decision.access() instanceof Access.Granted ? most(request, post, path) : 0;
        if (most == 0) {
            body.errors()
                    .rest(new DetectionException.Rejected(
                            Outcome.INVALID_REQUEST, "This path takes no such body: see the API document"));
            return false;
        }
        if (!takesImages(path)) {
            return begin(request, body, decision.name(), most);
        }
        if (request.getContentLengthLong() > most) {
            body.errors().rest(tooLarge(most));
            return false;
        }
        try {
            long wait = AdmissionFilter.timeout(request.getHeader(Headers.REQUEST_TIMEOUT), timeout);
            Admission.Upload upload = admission.receive(target.model(), client(request, decision.name()), body::end);
            body.begin(upload, true, most + 1, wait, tooLarge(most));
            return true;
        } catch (DetectionException.Rejected e) {
            body.errors().rest(e); // for a timeout that is no number, which the filter refuses as well
        } catch (DetectionException e) {
            body.errors().refuse(e);
        }
        return false;
    }

    /** Receives a body that needs no slot. */
    private boolean begin(Request request, ReceivedBody body, @Nullable String name, long most) {
        if (request.getContentLengthLong() > most) {
            body.errors().rest(tooLarge(most, "send less"));
            return false;
        }
        Admission.Upload upload = admission.receive(client(request, name), body::end);
        body.begin(upload, false, most + 1, timeout, tooLarge(most, "send less"));
        return true;
    }

    /**
     * Returns the most bytes that an endpoint reads of a request; 0 where none does, since the path, the method or the
     * kind of the body is not taken.
     */
    private long most(Request request, boolean post, String path) {
        if (Endpoints.takesImages(path)) {
            long most = path.equals(Endpoints.DETECT) ? imageBytes : batchBytes;
            return post && isTaken(request, path) ? most : 0;
        }
        if (path.startsWith(Endpoints.PROTOCOL_MODELS)) {
            return post && path.endsWith("/infer") ? batchBytes : 0;
        }
        boolean label = "PUT".equals(request.getMethod()) && path.startsWith(Endpoints.CAPTURED_IMAGES);
        return path.startsWith(operations) || post && path.startsWith(Endpoints.REPOSITORY) || label
                ? Endpoints.OPERATION_BYTES
                : 0;
    }

    private static boolean takesImages(String path) {
        return Endpoints.takesImages(path) || path.startsWith(Endpoints.PROTOCOL_MODELS);
    }

    private static boolean isTaken(Request request, String path) {
        return ContentCoding.of(request.getMimeHeaders().values(HttpHeaders.CONTENT_ENCODING)) == null
                && Endpoints.accepts(path, request.getContentType());
    }

    private static DetectionException tooLarge(long most) {
        return tooLarge(most, "send smaller images, or fewer");
    }

    private static DetectionException tooLarge(long most, String remedy) {
        return new DetectionException.Rejected(
                Outcome.IMAGE_TOO_LARGE, "The request is larger than the " + most + " bytes that are taken: " + remedy);
    }

    private String client(Request request, @Nullable String name) {
        if (name != null && keys.requiresKeys()) {
            return Gatekeeper.client(name);
        }
        request.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, null);
        return Objects.requireNonNullElse(request.remoteAddr().toString(), "");
    }
}
