package io.draem.service.models;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.InferenceQueue;
import io.draem.service.queue.PendingRequest;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model in service, with its queue. What it says of itself can be asked at any time; whoever submits to
 * it holds a {@link ModelLease}, and it is closed once nobody does.
 */
public final class ServedModel {

    private final String name;
    private final int version;
    private final String digest;
    /** One for each run that there may be at a time; all say the same of the graph. */
    private final List<OnnxModel> sessions;

    private final OnnxModel model;
    private final InferenceQueue<ModelInput, ModelOutput> queue;
    private final RecentRuns runs;
    /** What it failed on when it failed over to another version; null while it has not. */
    private volatile @Nullable String suspension;
    /** Leases, and one more while the repository offers it. */
    private final AtomicInteger holders = new AtomicInteger(1);

    private final CompletableFuture<Void> unused = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    ServedModel(
            String name,
            int version,
            String digest,
            List<OnnxModel> sessions,
            InferenceQueue<ModelInput, ModelOutput> queue,
            RecentRuns runs) {
        this.name = name;
        this.version = version;
        this.digest = digest;
        this.sessions = List.copyOf(sessions);
        this.model = sessions.get(0);
        this.queue = queue;
        this.runs = runs;
    }

    public String name() {
        return name;
    }

    public int version() {
        return version;
    }

    /** Returns {@code sha256:} and the hexadecimal digest of the graph's file. */
    public String digest() {
        return digest;
    }

    /** Returns what the graph says of itself. */
    public ModelCard card() {
        return model.card();
    }

    /** Returns where the graph runs: {@code cpu}, {@code cuda} or {@code tensorrt}. */
    public String provider() {
        return model.provider().id();
    }

    /** Returns why the graph runs on the CPU though a GPU was looked for; null where it runs as was asked. */
    public @Nullable String fallback() {
        return model.fallback();
    }

    /** Tells whether score and map come normalized out of the graph: the raw values are not known then. */
    public boolean scoresNormalized() {
        return model.scoresNormalized();
    }

    /** Tells whether the graph gives the repaired image. */
    public boolean reconstructs() {
        return model.reconstructs();
    }

    /** Returns the height of the maps; a graph with a resize inside gives them another size than its input has. */
    public int mapHeight() {
        return model.mapHeight();
    }

    /** Returns the width of the maps. */
    public int mapWidth() {
        return model.mapWidth();
    }

    /** Throws what {@link #reserve} would throw now, so that nothing is read in vain. */
    public void requireCapacity() throws InferenceException {
        queue.requireCapacity();
    }

    /** Takes a place in the model's queue for an image that is still to be decoded; the model stays open meanwhile. */
    public Slot<ModelInput, ModelOutput> reserve() throws InferenceException {
        return queue.reserve();
    }

    /** Returns the slots in the model's queue for a request with several images. */
    public QueueWindow<ModelInput, ModelOutput> window() {
        return queue.window();
    }

    /** Returns when it is worth to try again, at the measured pace. */
    public Duration timeToDrain() {
        return queue.timeToDrain();
    }

    /**
     * Puts an image into the model's queue.
     *
     * @param context of the request that it belongs to
     */
    public PendingRequest<ModelInput, ModelOutput> submit(ModelInput input, RequestContext context)
            throws InferenceException {
        return queue.submit(input, context);
    }

    /** Returns how many images share a run at most. */
    public int maxBatchSize() {
        return model.maxBatchSize();
    }

    /** Returns how many runs there may be at a time. */
    public int runsAtATime() {
        return sessions.size();
    }

    /** Returns how many requests wait now. */
    public int queueDepth() {
        return queue.depth();
    }

    /** Returns how many requests may wait. */
    public int queueCapacity() {
        return queue.capacity();
    }

    /**
     * Returns whether the version failed on too many of its runs and failed over to another one: it answers only requests that
     * name it, also when it has recovered.
     */
    public boolean isSuspended() {
        return suspension != null;
    }

    /** Returns whether the version is suspended, or has failed on too many of its recent runs. */
    public boolean isFailing() {
        return isSuspended() || runs.exceeded();
    }

    /** Returns how many images failed, recently or when the version was suspended, to be read after "failed on". */
    public String recentFailures() {
        String then = suspension;
        return then != null ? then : runs.toString();
    }

    /** Suspends the version; {@code failures} is what it failed on. */
    void suspend(String failures) {
        suspension = failures;
    }

    /** Sets what is called when the version fails on too many of its runs, which must be quick. */
    void whenFailing(Runnable action) {
        runs.whenExceeded(action);
    }

    void refuseNew() {
        queue.refuseNew();
    }

    /** Counts one more holder, unless the last one has gone. */
    boolean retain() {
        return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** Counts one holder less. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            unused.complete(null);
        }
    }

    /** Completes on the thread of the last holder, once there is none. */
    CompletableFuture<Void> unused() {
        return unused;
    }

    /** Finishes what waits, then closes the graph; it stays open when a run outlives the limit. */
    synchronized boolean close(Duration limit) throws InterruptedException {
        if (!closed.isDone() && queue.drain(limit)) {
            sessions.forEach(OnnxModel::close);
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
        return name + " version " + version;
    }
}
