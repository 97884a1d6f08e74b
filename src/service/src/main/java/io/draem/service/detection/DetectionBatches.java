package io.draem.service.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Examines several images of one caller together, each on the way that a single image takes, so that they share the
 * model's runs among themselves and with others.
 */
public final class DetectionBatches implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DetectionBatches.class);

    private static final long LOOK_AFTER_CALLER = 50;

    private final DetectionService detections;
    private final long maxPictureBytes;
    private final ThreadPoolExecutor pool;

    /**
     * @param maxInFlight most images of all batches that are under way at a time; further ones wait
     * @param maxPictureBytes most bytes of the pictures in one answer
     */
    DetectionBatches(DetectionService detections, int maxInFlight, long maxPictureBytes) {
        this.detections = detections;
        this.maxPictureBytes = maxPictureBytes;
        AtomicInteger count = new AtomicInteger();
        // A thread for each image under way, since most of them only wait for the model.
        this.pool = new ThreadPoolExecutor(
                maxInFlight, maxInFlight, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "batch-" + count.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Returns what came of each image, in their order.
     *
     * @param requests at least one; they differ in their images alone
     * @throws DetectionException if every one of them would fail, whatever its image
     */
    public List<Attempt> detect(List<DetectionRequest> requests) throws DetectionException {
        detections.requireServable(requests.get(0));
        AtomicLong room = new AtomicLong(maxPictureBytes);
        Map<String, String> context = MDC.getCopyOfContextMap();
        List<Future<Attempt>> attempts = new ArrayList<>();
        WatchedCaller caller = new WatchedCaller(requests.get(0).caller());
        for (DetectionRequest request : requests) {
            attempts.add(pool.submit(() -> attempt(request.by(caller), room, context)));
        }
        return collect(attempts, caller);
    }

    @Override
    public void close() {
        pool.shutdown();
    }

    private static List<Attempt> collect(List<Future<Attempt>> attempts, WatchedCaller caller)
            throws DetectionException {
        try {
            List<Attempt> ended = new ArrayList<>();
            for (Future<Attempt> attempt : attempts) {
                ended.add(await(attempt, caller));
            }
            return ended;
        } catch (InterruptedException e) {
            attempts.forEach(attempt -> attempt.cancel(true));
            Thread.currentThread().interrupt();
            throw DetectionException.cancelled(e);
        } catch (ExecutionException e) {
            attempts.forEach(attempt -> attempt.cancel(true));
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Attempt await(Future<Attempt> attempt, WatchedCaller caller)
            throws InterruptedException, ExecutionException {
        while (true) {
            try {
                return attempt.get(LOOK_AFTER_CALLER, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                caller.look();
            }
        }
    }

    private Attempt attempt(DetectionRequest request, AtomicLong room, @Nullable Map<String, String> context) {
        if (context != null) {
            MDC.setContextMap(context);
        }
        try {
            Detection detection = detections.detect(request);
            return room.addAndGet(-detection.pictureBytes()) >= 0
                    ? Attempt.succeeded(detection)
                    : Attempt.failed(new DetectionException.Rejected(
                            Outcome.IMAGE_TOO_LARGE,
                            "The pictures of this batch are larger than " + maxPictureBytes
                                    + " bytes together: include fewer, or send fewer images at a time"));
        } catch (DetectionException e) {
            return Attempt.failed(e);
        } catch (RuntimeException e) {
            log.error("An image of a batch failed", e);
            return Attempt.failed(new DetectionException.Failed(
                    Outcome.INFERENCE_FAILED, "The service failed on this image: its log says why", e));
        } finally {
            MDC.clear();
        }
    }

    /** Tells the threads of the images what the thread of the request sees, which alone may look. */
    private static final class WatchedCaller implements Caller {

        private final Caller caller;
        private volatile boolean gone;

        WatchedCaller(Caller caller) {
            this.caller = caller;
        }

        void look() {
            gone = caller.isGone();
        }

        @Override
        public long deadline() {
            return caller.deadline();
        }

        @Override
        public boolean isGone() {
            return gone;
        }

        @Override
        public String client() {
            return caller.client();
        }

        @Override
        public void whenAnswered(Runnable action) {
            caller.whenAnswered(action);
        }
    }
}
