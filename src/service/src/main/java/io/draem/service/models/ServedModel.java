package io.draem.service.models;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.GraphDescription;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.InferenceQueue;
import io.draem.service.queue.PendingRequest;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.sessions.GraphSessions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model in service, with its queue. Its properties can be read at any time; a request that submits images
 * holds a {@link ModelLease}, and the model is closed once no request does.
 */
public final class ServedModel {

    private final String digest;
    private final GraphDescription graph;
    private final GraphSessions<OnnxModel> sessions;
    private final InferenceQueue<ModelInput, ModelOutput> queue;
    private final RecentRuns runs;
    /** The failures for which it failed over to another version; null if it has not. */
    private volatile @Nullable String suspension;
    /** Number of leases, plus one while the repository offers it. */
    private final AtomicInteger holders = new AtomicInteger(1);

    private final CompletableFuture<Void> unused = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    ServedModel(
            String digest,
            GraphDescription graph,
            GraphSessions<OnnxModel> sessions,
            InferenceQueue<ModelInput, ModelOutput> queue,
            RecentRuns runs) {
        this.digest = digest;
        this.graph = graph;
        this.sessions = sessions;
        this.queue = queue;
        this.runs = runs;
    }

    public String name() {
        return sessions.model();
    }

    public int version() {
        return sessions.version();
    }

    /** Returns {@code sha256:} and the hexadecimal digest of the graph's file. */
    public String digest() {
        return digest;
    }

    /** Returns the metadata of the graph. */
    public ModelCard card() {
        return graph.card();
    }

    /** Returns the provider that the graph runs on: {@code cpu}, {@code cuda} or {@code tensorrt}. */
    public String provider() {
        return graph.provider().id();
    }

    /** Returns why the graph runs on the CPU although a GPU was requested; null if it runs on the requested provider. */
    public @Nullable String fallback() {
        return graph.fallback();
    }

    /** Returns whether the graph's score and map are normalized; raw values are not known then. */
    public boolean scoresNormalized() {
        return graph.scoresNormalized();
    }

    /** Returns whether the graph has the reconstruction as an output. */
    public boolean reconstructs() {
        return graph.reconstructs();
    }

    /** Returns the height of the maps; it differs from the input's if the graph has a resize inside. */
    public int mapHeight() {
        return graph.mapHeight();
    }

    /** Returns the width of the maps. */
    public int mapWidth() {
        return graph.mapWidth();
    }

    /**
     * Throws what taking a first slot would throw at a full queue, so that a request can be refused before it is read. The
     * version may be retired meanwhile: the request gets its successor.
     */
    public void requireCapacity() throws InferenceException.Overloaded {
        queue.requireCapacity();
    }

    /** Returns the slots in the model's queue for one request. */
    public QueueWindow<ModelInput, ModelOutput> window() {
        return queue.window();
    }

    /** Returns how long the current requests take at the average run time, in whole seconds, at least one. */
    public Duration timeToDrain() {
        return queue.timeToDrain();
    }

    /** Returns the shortest time in which that many inputs may run, were there no others; zero if unknown. */
    public Duration shortestTime(int inputs) {
        return queue.shortestTime(inputs);
    }

    /**
     * Puts an image into the model's queue.
     *
     * @param context of the request
     */
    public PendingRequest<ModelInput, ModelOutput> submit(ModelInput input, RequestContext context)
            throws InferenceException {
        return queue.submit(input, context);
    }

    /** Returns the maximum number of inputs in one run. */
    public int maxBatchSize() {
        return graph.maxBatchSize();
    }

    /** Returns the maximum number of concurrent runs. */
    public int concurrentRuns() {
        return graph.devices().size();
    }

    /** Returns the maximum number of inputs of one request's tiled images that wait, run, or have run and are not blended. */
    public int maxInFlight() {
        return (2 + concurrentRuns()) * maxBatchSize();
    }

    /** Returns how many slots of the queue are held now, one per input. */
    public int queueDepth() {
        return queue.depth();
    }

    /** Returns how many slots the queue has. */
    public int queueCapacity() {
        return queue.capacity();
    }

    /**
     * Returns whether the version failed on too many of its runs and failed over to another one: it serves only requests that
     * name it, even after it has recovered.
     */
    public boolean isSuspended() {
        return suspension != null;
    }

    /** Returns whether the version is suspended, or has failed on too many of its recent runs. */
    public boolean isFailing() {
        return isSuspended() || runs.exceeded();
    }

    /** Returns how many images failed, recently or before the suspension, worded to follow "failed on". */
    public String recentFailures() {
        String then = suspension;
        return then != null ? then : runs.toString();
    }

    /**
     * Suspends the version.
     *
     * @param failures its failures, worded to follow "failed on"
     */
    void suspend(String failures) {
        suspension = failures;
    }

    /** Sets the action for a version that fails on too many of its runs; it must be quick. */
    void whenFailing(Runnable action) {
        runs.whenExceeded(action);
    }

    /** Returns whether its sessions are open, rather than opened by its next run. */
    public boolean isOpen() {
        return sessions.isOpen();
    }

    /** Returns whether its sessions stay open, so that it does not need its file any more. */
    boolean isKeptOpen() {
        return sessions.isKeptOpen();
    }

    /** Returns how much memory its open sessions take, as counted in the budget; 0 while they are closed. */
    public long memory() {
        return isOpen() ? sessions.bytes() : 0;
    }

    void refuseNew() {
        queue.refuseNew();
    }

    /** Adds a holder, unless the last one has released the model; returns whether it did. */
    boolean retain() {
        return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** Removes a holder. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            unused.complete(null);
        }
    }

    /** Completes once there is no holder, on the thread of the last one. */
    CompletableFuture<Void> unused() {
        return unused;
    }

    /** Completes waiting requests, then closes the sessions; they stay open if a run or an opening outlives the limit. */
    synchronized boolean close(Duration limit) throws InterruptedException {
        if (!closed.isDone() && queue.drain(limit) && sessions.close(limit)) {
            closed.complete(null);
        }
        return closed.isDone();
    }

    /** Completes when the graph has been closed. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    @Override
    public String toString() {
        return sessions.toString();
    }
}
