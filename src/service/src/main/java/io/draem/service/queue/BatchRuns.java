package io.draem.service.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The runs of an {@link InferenceQueue} that are under way, and their pace. Guarded by the queue's lock. */
final class BatchRuns<I, O> {

    private final int workers;
    private final Pace pace;
    private final List<BatchRun<I, O>> runs = new ArrayList<>();

    /**
     * @param workers how many runs there are at a time
     * @param expected how long a request takes, before anything was measured
     */
    BatchRuns(int workers, Duration expected) {
        this.workers = workers;
        this.pace = new Pace(expected);
    }

    /** Makes one run of the requests; of none, it does not count as under way. */
    BatchRun<I, O> begin(List<PendingRequest<I, O>> batch) {
        BatchRun<I, O> run = new BatchRun<>(batch);
        if (!batch.isEmpty()) {
            runs.add(run);
            batch.forEach(pending -> pending.runsIn(run));
        }
        return run;
    }

    /** Notes that a run has ended, which kept its requests for that time. */
    void ended(BatchRun<I, O> run, long nanos) {
        runs.remove(run);
        run.over();
        pace.ran(run.size(), nanos);
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Ends the run of a request early if every request of it has ended. */
    void terminateIfUnwanted(PendingRequest<I, O> pending) {
        BatchRun<I, O> run = pending.run();
        if (run != null && runs.contains(run)) {
            run.terminateIfUnwanted();
        }
    }

    /** Fails the requests of a run that are late, and ends it early if no other is left. */
    void expire(BatchRun<I, O> run, long now) {
        if (runs.contains(run)) {
            run.expire(now);
        }
    }

    void terminateAll() {
        runs.forEach(BatchRun::terminate);
    }

    /** Returns how long so many requests that wait take, and those that run. */
    Duration timeFor(int waiting) {
        return pace.of(waiting + runs.stream().mapToInt(BatchRun::size).sum(), workers);
    }
}
