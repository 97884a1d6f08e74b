package io.draem.service.detection;

import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.models.ModelLease;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Examines several images of one client, all by the same version of the model. They pass through the model's queue in a
 * {@link QueueWindow}: an image takes memory and a thread only once it has a slot there, and the next ones wait.
 */
public final class DetectionBatches implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DetectionBatches.class);

    private final DetectionService detections;
    private final long maxPictureBytes;
    /** Without a limit of its own: each batch limits how many of its images have a thread. */
    private final ThreadPoolExecutor pool;

    /**
     * @param maxPictureBytes most bytes of the pictures in one response
     */
    DetectionBatches(DetectionService detections, long maxPictureBytes) {
        this.detections = detections;
        this.maxPictureBytes = maxPictureBytes;
        AtomicInteger count = new AtomicInteger();
        this.pool =
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "batch-" + count.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Outcome of one image in a batch: a detection or a failure.
     *
     * @param detection what was found; null where there is a failure
     * @param failure why nothing was; null where there is a detection
     */
    public record Result(
            @Nullable Detection detection, @Nullable DetectionException failure) {

        public Result {
            if ((detection == null) == (failure == null)) {
                throw new IllegalArgumentException("A result is either a detection or a failure");
            }
        }

        private static Result of(Detection detection) {
            return new Result(detection, null);
        }

        private static Result of(DetectionException failure) {
            return new Result(null, failure);
        }
    }

    /**
     * Returns the outcome of each image, in their order.
     *
     * @param requests at least one; they differ in their images alone
     * @throws DetectionException if every one of them would fail, whatever its image, or the client has closed the
     *     connection
     */
    public List<Result> detect(List<DetectionRequest> requests) throws DetectionException {
        RequestContext context = requests.get(0).context();
        try (ModelLease lease = detections.lease(requests.get(0))) {
            QueueWindow<ModelInput, ModelOutput> window = lease.model().window();
            Slot<ModelInput, ModelOutput> first = ModelQueue.first(window);
            List<Result> results = new Batch(lease.model(), window, context).examine(requests, first);
            if (Thread.currentThread().isInterrupted()) {
                throw DetectionException.interrupted(new InterruptedException());
            }
            if (context.isCancelled()) {
                throw DetectionException.cancelled(null);
            }
            return results;
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }

    /** One request, used on its thread. */
    private final class Batch {

        private final ServedModel model;
        private final QueueWindow<ModelInput, ModelOutput> window;
        private final RequestContext context;
        private final int most;
        private final List<CompletableFuture<Result>> running = new ArrayList<>();
        private final AtomicLong pictureBytes = new AtomicLong(maxPictureBytes);
        private final @Nullable Map<String, String> logContext = MDC.getCopyOfContextMap();

        Batch(ServedModel model, QueueWindow<ModelInput, ModelOutput> window, RequestContext context) {
            this.model = model;
            this.window = window;
            this.context = context;
            // As many as may wait and run, and as many again whose pictures are being drawn meanwhile. A tiled image
            // fills the batches of a run alone: the next ones are decoded meanwhile, and the first ones end first.
            this.most = model.card().framing().tiling() == null ? 2 * model.maxInFlight() : 2 + model.concurrentRuns();
        }

        List<Result> examine(List<DetectionRequest> requests, Slot<ModelInput, ModelOutput> first) {
            List<CompletableFuture<Result>> results = new ArrayList<>();
            results.add(begin(requests.get(0), first));
            DetectionException stopped = null;
            for (DetectionRequest request : requests.subList(1, requests.size())) {
                if (stopped == null) {
                    try {
                        results.add(begin(request, next()));
                        continue;
                    } catch (DetectionException e) {
                        stopped = e; // neither this image nor a further one gets a slot
                    }
                }
                results.add(refuse(request, stopped));
            }
            return results.stream().map(this::await).toList();
        }

        private Slot<ModelInput, ModelOutput> next() throws DetectionException {
            running.removeIf(CompletableFuture::isDone);
            while (running.size() >= most) {
                await(running.remove(0));
            }
            return ModelQueue.next(window, context);
        }

        private CompletableFuture<Result> begin(DetectionRequest request, Slot<ModelInput, ModelOutput> slot) {
            try {
                CompletableFuture<Result> result = CompletableFuture.supplyAsync(
                        () -> result(() -> detections.detect(request, model, slot)), pool);
                var unused = result.whenComplete((done, failure) -> context.wake());
                running.add(result);
                return result;
            } catch (RuntimeException | Error e) { // there is no thread
                slot.close();
                return refuse(request, failed(e));
            }
        }

        private CompletableFuture<Result> refuse(DetectionRequest request, DetectionException reason) {
            return CompletableFuture.completedFuture(result(() -> detections.refuse(request, model, reason)));
        }

        private Result result(Examination examination) {
            Map<String, String> before = MDC.getCopyOfContextMap();
            MDC.setContextMap(logContext == null ? Map.of() : logContext);
            try {
                Detection detection = examination.run();
                return pictureBytes.addAndGet(-detection.pictureBytes()) >= 0
                        ? Result.of(detection)
                        : Result.of(new DetectionException.Rejected(
                                Outcome.IMAGE_TOO_LARGE,
                                "The pictures of this batch are larger than " + maxPictureBytes
                                        + " bytes together (draem.memory.budget): include fewer, or send fewer images at"
                                        + " a time"));
            } catch (DetectionException e) {
                return Result.of(e);
            } catch (RuntimeException | Error e) {
                return Result.of(failed(e));
            } finally {
                MDC.setContextMap(before == null ? Map.of() : before);
            }
        }

        /** Waits for an image to the end, since the model that examines it stays open until then. */
        private Result await(CompletableFuture<Result> result) {
            boolean interrupted = false;
            try {
                // On the thread of the request, which alone notices that the client has closed the connection.
                context.await(result::isDone);
            } catch (InterruptedException e) {
                interrupted = true;
                context.cancel();
            }
            context.awaitRegardless(result::isDone);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return result.join();
        }
    }

    @FunctionalInterface
    private interface Examination {

        Detection run() throws DetectionException;
    }

    private static DetectionException failed(@Nullable Throwable cause) {
        log.error("An image of a batch failed", cause);
        return new DetectionException.Failed(
                Outcome.INTERNAL_ERROR, "The service failed on this image: its log says why", cause);
    }
}
