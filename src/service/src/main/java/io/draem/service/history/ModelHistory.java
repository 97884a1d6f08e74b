package io.draem.service.history;

import io.draem.text.SafeText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changes of the served versions of all models: in a file of each model's folder where that can be written, otherwise in
 * memory. Files are written on a thread of its own, so that a file system that hangs delays no change, and read on others, so
 * that one history which cannot be written delays the reads of no other.
 */
public final class ModelHistory implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ModelHistory.class);

    private static final int MOST_WAITING = 1000;
    private static final int MOST_READERS = 4;
    private static final Duration READ_LIMIT = Duration.ofSeconds(2);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(4);

    private final Path directory;
    private final @Nullable String instance;
    /** Changes of this process that no file has. */
    private final Map<String, List<ServedChange>> unsaved = new ConcurrentHashMap<>();
    /** The last write of each model. */
    private final Map<String, Future<?>> lastWrites = new ConcurrentHashMap<>();

    private final ThreadPoolExecutor writes = executor(1, MOST_WAITING);
    private final ThreadPoolExecutor reads = executor(MOST_READERS, MOST_READERS);
    /** Each waiting request has a thread of the web server. */
    private final Semaphore readers = new Semaphore(MOST_READERS);

    private volatile String lastProblem = "";

    /** @param directory with a folder per model */
    public ModelHistory(Path directory) {
        this(directory, hostName());
    }

    /** @param instance name of this replica; null where it is unknown */
    ModelHistory(Path directory, @Nullable String instance) {
        this.directory = directory;
        this.instance = instance;
    }

    /**
     * The last changes of a model.
     *
     * @param changes the newest first, at most 100
     * @param kept whether a file has all of them, and takes further ones
     */
    public record Changes(List<ServedChange> changes, boolean kept) {

        /** Those of what has no history. */
        public static final Changes NONE = new Changes(List.of(), false);
    }

    /**
     * Adds a change that happens now; returns before it is written.
     *
     * @param digest digest of the version that serves from now on; null for none
     */
    public void add(
            String name,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable String digest,
            ServedChange.Cause cause) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        ServedChange change = new ServedChange(now, from, to, digest, cause, instance);
        boolean start = cause.reason() == ServedChange.Reason.START;
        if (!start) {
            unsaved.compute(name, (key, changes) -> with(changes, change));
        }
        try {
            lastWrites.compute(name, (key, before) -> writes.submit(() -> save(name, change)));
        } catch (RejectedExecutionException e) {
            report(name, "too many changes wait for the file system");
        }
    }

    /**
     * Returns the last changes of a model, with those that have just happened. Those in its file are missing, and not kept, if
     * it cannot be read in time.
     *
     * @throws RejectedExecutionException if too many are read already
     */
    public Changes of(String name) {
        Future<Changes> read = null;
        boolean reader = false;
        try {
            reader = readers.tryAcquire(READ_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (!reader) {
                throw new RejectedExecutionException(MOST_READERS + " histories are being read already");
            }
            awaitLastWrite(name);
            read = reads.submit(() -> read(name));
            return read.get(READ_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            Object reason = e instanceof TimeoutException ? "the file system does not answer" : e.getCause();
            report(name, String.valueOf(reason));
        } finally {
            if (read != null) {
                read.cancel(false);
                reads.purge();
            }
            if (reader) {
                readers.release();
            }
        }
        return new Changes(newestFirst(unsaved.getOrDefault(name, List.of())), false);
    }

    /** Waits until a change is in its file; not for ever, since it may wait for the lock, or for the changes of other models. */
    private void awaitLastWrite(String name) throws InterruptedException {
        Future<?> write = lastWrites.getOrDefault(name, CompletableFuture.completedFuture(null));
        try {
            write.get(READ_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // its changes are read from memory
        }
    }

    private Changes read(String name) throws IOException {
        // Before the file: a change that is written in between is in both.
        List<ServedChange> more = unsaved.getOrDefault(name, List.of());
        HistoryFile file = file(name);
        List<ServedChange> changes = new ArrayList<>(file.read());
        for (ServedChange change : more) {
            if (!changes.contains(change)) {
                changes.add(change);
            }
        }
        return new Changes(newestFirst(changes), more.isEmpty() && file.isWritable());
    }

    /** Writes what the file lacks in its order, also what could not be written before. */
    private void save(String name, ServedChange change) {
        try {
            HistoryFile file = file(name);
            if (change.cause().reason() == ServedChange.Reason.START) {
                file.append(change);
            }
            for (ServedChange next : unsaved.getOrDefault(name, List.of())) {
                file.append(next);
                unsaved.computeIfPresent(name, (key, changes) -> without(changes, next));
            }
        } catch (IOException | RuntimeException e) {
            report(name, e.toString());
        }
    }

    private HistoryFile file(String name) {
        return new HistoryFile(directory.resolve(name));
    }

    private static List<ServedChange> newestFirst(List<ServedChange> changes) {
        List<ServedChange> sorted = new ArrayList<>(changes);
        Collections.reverse(sorted); // of the same millisecond, the later one first
        sorted.sort((one, other) -> other.time().compareTo(one.time()));
        return List.copyOf(sorted.subList(0, Math.min(HistoryFile.MOST, sorted.size())));
    }

    private static List<ServedChange> with(@Nullable List<ServedChange> changes, ServedChange change) {
        List<ServedChange> more = new ArrayList<>(changes == null ? List.of() : changes);
        more.add(change);
        return List.copyOf(more.subList(Math.max(0, more.size() - HistoryFile.MOST), more.size()));
    }

    private static @Nullable List<ServedChange> without(List<ServedChange> changes, ServedChange change) {
        List<ServedChange> rest = new ArrayList<>(changes);
        rest.remove(change);
        return rest.isEmpty() ? null : List.copyOf(rest);
    }

    /** Once for each reason: a directory that is mounted read-only has it with every change. */
    private void report(String name, String problem) {
        if (!problem.equals(lastProblem)) {
            lastProblem = problem;
            log.info(
                    "The history of model {} is kept in memory, and ends with the service: {}",
                    name,
                    SafeText.escaped(problem));
        }
    }

    private static @Nullable String hostName() {
        String name = System.getenv("HOSTNAME"); // without a request to a name server
        if (name != null && !name.isBlank()) {
            return SafeText.of(name);
        }
        try {
            return SafeText.of(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Waits for what is to be written. */
    @Override
    public void close() {
        reads.shutdownNow();
        writes.shutdown();
        try {
            if (!writes.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                writes.shutdownNow();
            }
        } catch (InterruptedException e) {
            writes.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadPoolExecutor executor(int threads, int mostWaiting) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads, threads, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(mostWaiting), ModelHistory::thread);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "model-history");
        thread.setDaemon(true);
        return thread;
    }
}
