package io.draem.batch.model;

import io.draem.runtime.onnx.CudaOptions;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderChoice;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.runtime.onnx.RunFailedException;
import io.draem.runtime.onnx.TensorRtOptions;
import io.draem.text.Sha256;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * The models of this process, an executor's or a local driver's: one session of ONNX Runtime per graph and device, opened by
 * the first task that needs it and shared by all, each with an input buffer of its own. A session that no task uses is
 * closed when another model is opened, and when the process ends.
 */
public final class ExecutorModels {

    /** Spark's name of the resource. */
    private static final String GPU = "gpu";

    /** Longest wait for running tasks when the process ends; a session that they still use is left to the system. */
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private static final ExecutorModels OF_THIS_PROCESS = new ExecutorModels();

    private final Map<Key, Session> sessions = new HashMap<>();
    private boolean closed;

    /** @param gpu number of the GPU; -1 for the processors */
    private record Key(String digest, int gpu, int threads, int batchSize) {}

    /** An opened session with the runners that no task uses at the moment. */
    private static final class Session {

        private final OnnxModel first;
        private final Deque<OnnxModel> free = new ArrayDeque<>();
        private final List<OnnxModel> further = new ArrayList<>();
        private int used;

        Session(OnnxModel first) {
            this.first = first;
            free.add(first);
        }

        OnnxModel take() throws RunFailedException {
            OnnxModel runner = free.poll();
            if (runner == null) {
                runner = first.newRunner();
                further.add(runner);
            }
            used++;
            return runner;
        }

        void close() {
            further.forEach(OnnxModel::close);
            first.close();
        }
    }

    /** A model that a task uses until it closes the lease. */
    public static final class Lease implements AutoCloseable {

        private final Session session;
        private final OnnxModel model;
        private boolean returned;

        private Lease(Session session, OnnxModel model) {
            this.session = session;
            this.model = model;
        }

        /** Returns the model, for one thread. */
        public OnnxModel model() {
            return model;
        }

        @Override
        public void close() {
            OF_THIS_PROCESS.giveBack(this);
        }
    }

    private ExecutorModels() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "draem-close-models"));
    }

    /**
     * Leases a model to the task of this thread: on the GPU that Spark has given the task, else on as many processors as the
     * task has.
     *
     * @throws GraphRefusedException if its digest is not that of the driver's, or it cannot be run
     * @throws ProviderUnavailableException if the task has a GPU that does not work
     */
    public static Lease lease(ShippedModel model)
            throws GraphRefusedException, ProviderUnavailableException, RunFailedException, IOException {
        TaskContext task = TaskContext.get();
        ResourceInformation gpu = task == null ? null : task.resourcesJMap().get(GPU);
        Key key = new Key(
                model.digest(),
                gpu == null ? -1 : Integer.parseInt(gpu.addresses()[0]),
                task == null || gpu != null ? 1 : task.cpus(),
                model.maxBatchSize());
        return OF_THIS_PROCESS.lease(key, model);
    }

    /** The tasks of other models wait while one is opened. */
    private synchronized Lease lease(Key key, ShippedModel model)
            throws GraphRefusedException, ProviderUnavailableException, RunFailedException, IOException {
        if (closed) {
            throw new IllegalStateException("This process ends: it takes no further task");
        }
        Session session = sessions.get(key);
        if (session == null) {
            sessions.values().removeIf(other -> {
                if (other.used == 0) {
                    other.close();
                }
                return other.used == 0;
            });
            session = new Session(open(key, model));
            sessions.put(key, session);
        }
        return new Lease(session, session.take());
    }

    private static OnnxModel open(Key key, ShippedModel model)
            throws GraphRefusedException, ProviderUnavailableException, IOException {
        try (GraphFiles.Local files = model.graph().value().local()) {
            return open(key, files.graph());
        }
    }

    private static OnnxModel open(Key key, GraphFile graph) throws GraphRefusedException, ProviderUnavailableException {
        if (!Sha256.hex(graph.digest()).equals(key.digest())) {
            throw new GraphRefusedException("The graph of this executor has the digest " + graph.digest()
                    + ", not that of the driver's, sha256:" + key.digest() + ": run again");
        }
        ExecutionOptions options = key.gpu() < 0
                ? ExecutionOptions.cpu(key.threads(), key.batchSize())
                : new ExecutionOptions(
                        ProviderChoice.CUDA,
                        List.of(key.gpu()),
                        1,
                        1,
                        true,
                        key.batchSize(),
                        key.batchSize(),
                        true,
                        true,
                        CudaOptions.DEFAULT,
                        TensorRtOptions.DEFAULT);
        return new ModelOpener(options).open(graph).get(0);
    }

    private synchronized void giveBack(Lease lease) {
        if (!lease.returned) {
            lease.returned = true;
            lease.session.free.push(lease.model);
            lease.session.used--;
            notifyAll();
        }
    }

    /** Closes what no task uses, and waits for the tasks of the others to end. */
    private synchronized void close() {
        closed = true;
        long end = System.nanoTime() + CLOSING.toNanos();
        try {
            while (!sessions.isEmpty()) {
                sessions.values().removeIf(session -> {
                    if (session.used == 0) {
                        session.close();
                    }
                    return session.used == 0;
                });
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return;
                }
                if (!sessions.isEmpty()) {
                    wait(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns how many sessions are open. */
    static int open() {
        synchronized (OF_THIS_PROCESS) {
            return OF_THIS_PROCESS.sessions.size();
        }
    }
}
