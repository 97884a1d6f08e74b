package io.draem.service.api;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.Outcome;
import io.draem.service.security.Gatekeeper;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.ContinueResponseTiming;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the bodies of requests before the web server passes these on, without a thread while nothing arrives. What
 * will be refused in any case is passed on at once, its body unread.
 */
final class BodyReceiver {

    private static final Logger log = LoggerFactory.getLogger(BodyReceiver.class);

    /** Enough for what operations take; a body that nobody reads is not received beyond it either. */
    private static final long OTHER_BYTES = 64 << 10;

    private final Admission admission;
    private final Gatekeeper gatekeeper;
    private final String contextPath;
    private final long timeout;
    private final long imageBytes;
    private final long batchBytes;
    private final Set<ReceivedBody> arriving = ConcurrentHashMap.newKeySet();

    /**
     * @param imageBytes most bytes of a body with one image
     */
    BodyReceiver(
            Admission admission,
            Gatekeeper gatekeeper,
            DetectionProperties properties,
            long imageBytes,
            String contextPath) {
        this.admission = admission;
        this.gatekeeper = gatekeeper;
        this.contextPath = contextPath;
        this.timeout = properties.requestTimeout().toNanos();
        this.imageBytes = imageBytes;
        this.batchBytes = properties.batch().maxBytes().toBytes();
    }

    /** Returns an adapter that passes requests on once their bodies have arrived. */
    Adapter before(Adapter next) {
        return new ReceivingAdapter(next);
    }

    /** Refuses bodies that arrive too slowly; to be called several times per second. */
    void check() {
        long now = System.nanoTime();
        for (ReceivedBody body : arriving) {
            try {
                check(body, now);
            } catch (Throwable e) {
                // Whatever is thrown from here would end these checks for good.
                log.error("A body that arrives could not be checked", e);
            }
        }
    }

    private void check(ReceivedBody body, long now) {
        if (body.isConnectionClosed()) {
            if (arriving.remove(body)) {
                body.close();
            }
        } else if (body.cutIfSlow(now)) {
            body.wake();
        }
    }

    /** Decides what is done with a body; returns whether it is received. */
    private boolean begin(Request request, ReceivedBody body) {
        String path = path(request);
        boolean post = "POST".equals(request.getMethod());
        boolean images = post && (path.startsWith("/v1/detect") || path.startsWith("/v2/models/"));
        String key = gatekeeper.requiresKeys() ? gatekeeper.identify(KeyFilter.key(request::getHeader)) : null;
        boolean known = key != null || !gatekeeper.requiresKeys();
        String client = key != null ? Arrival.client(key) : address(request);
        long wait = timeout;
        if (images) {
            DetectionException reason =
                    known ? admission.check(AdmissionFilter.model(path, query(request)), client) : null;
            if (reason != null) {
                body.refuse(reason);
                return false;
            }
            try {
                wait = AdmissionFilter.timeout(request.getHeader(AdmissionFilter.TIMEOUT_HEADER), timeout);
            } catch (DetectionException e) {
                body.leave(e);
                return false;
            }
        }
        long most = !post || !known ? OTHER_BYTES : path.equals(DetectionController.PATH) ? imageBytes : batchBytes;
        DetectionException tooLarge = new DetectionException.Rejected(
                Outcome.IMAGE_TOO_LARGE,
                "The request is larger than the " + most + " bytes that are taken: send smaller images, or fewer");
        if (images && !known || request.getContentLengthLong() > most) {
            body.leave(tooLarge);
            return false;
        }
        body.begin(admission.receive(client, body::giveWay), most + 1, wait, tooLarge);
        return true;
    }

    private String path(Request request) {
        String path = Objects.requireNonNullElse(request.requestURI().toString(), "");
        return path.startsWith(contextPath) ? path.substring(contextPath.length()) : path;
    }

    private static @Nullable String query(Request request) {
        return request.queryString().toString();
    }

    private static String address(Request request) {
        request.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, null);
        return Objects.requireNonNullElse(request.remoteAddr().toString(), "");
    }

    private final class ReceivingAdapter implements Adapter {

        private final Adapter next;

        ReceivingAdapter(Adapter next) {
            this.next = next;
        }

        @Override
        public void service(Request request, Response response) throws Exception {
            // The status is set where the head is refused already, as for two lengths: nothing else of it can be relied
            // on.
            if (response.getStatus() >= 400
                    || !WatchedProtocol.watches(request)
                    || WatchedProtocol.isBodyRead(request)) {
                next.service(request, response);
                return;
            }
            ReceivedBody body = new ReceivedBody(request, timeout);
            request.setInputBuffer(body);
            try {
                if (begin(request, body) && !receive(request, response, body)) {
                    arriving.add(body);
                    WatchedProtocol.suspend(request);
                    WatchedProtocol.await(request);
                    return;
                }
            } catch (Throwable e) {
                // The request is used again for others, which must not find this body.
                arriving.remove(body);
                body.close();
                throw e;
            }
            pass(request, response, body);
        }

        private boolean receive(Request request, Response response, ReceivedBody body) {
            if (request.hasExpectation()) {
                response.action(ActionCode.ACK, ContinueResponseTiming.ALWAYS);
                request.setExpectation(false);
            }
            return body.receive();
        }

        @Override
        public boolean asyncDispatch(Request request, Response response, SocketEvent event) throws Exception {
            ReceivedBody body = ReceivedBody.of(request);
            if (body == null || !arriving.contains(body)) {
                return next.asyncDispatch(request, response, event);
            }
            try {
                if (event != SocketEvent.OPEN_READ) {
                    body.fail(WatchedProtocol.socket(request).getError());
                }
                if (!body.receive()) {
                    WatchedProtocol.await(request);
                    return true;
                }
            } catch (Throwable e) {
                if (arriving.remove(body)) {
                    body.close();
                }
                throw e;
            }
            if (!arriving.remove(body)) {
                return false; // the connection was closed, and the body with it
            }
            WatchedProtocol.resume(request);
            pass(request, response, body);
            return true;
        }

        private void pass(Request request, Response response, ReceivedBody body) throws Exception {
            try (body) {
                next.service(request, response);
            } finally {
                arriving.remove(body);
            }
        }

        @Override
        public boolean prepare(Request request, Response response) throws Exception {
            return next.prepare(request, response);
        }

        @Override
        public void log(Request request, Response response, long time) {
            next.log(request, response, time);
        }

        @Override
        public void checkRecycled(Request request, Response response) {
            next.checkRecycled(request, response);
        }

        @Override
        public String getDomain() {
            return next.getDomain();
        }
    }
}
