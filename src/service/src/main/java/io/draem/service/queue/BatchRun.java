package io.draem.service.queue;

import io.draem.runtime.onnx.Termination;
import io.draem.text.EscapedFailure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a function on a batch of requests, each of which it ends, also when the function throws an Error. */
final class BatchRun<I, O> {

    private static final Logger log = LoggerFactory.getLogger(BatchRun.class);

    private final List<PendingRequest<I, O>> batch;
    private final Termination termination = new Termination();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    BatchRun(List<PendingRequest<I, O>> batch) {
        this.batch = batch;
    }

    int size() {
        return batch.size();
    }

    /**
     * Runs the function.
     *
     * @param started moment of the queue's clock
     */
    void on(BatchFunction<I, O> function, long started, InferenceQueue<I, O> queue, QueueListener listener) {
        int failed = 0;
        try {
            listener.batchStarted(batch.size());
            List<O> outputs =
                    function.run(batch.stream().map(PendingRequest::input).toList(), termination);
            if (outputs.size() != batch.size()) {
                throw new IllegalStateException(batch.size() + " inputs gave " + outputs.size() + " outputs");
            }
            Duration ran = Duration.ofNanos(queue.now() - started);
            for (int i = 0; i < batch.size(); i++) {
                failed += answer(function, batch.get(i), outputs.get(i), started, ran) ? 0 : 1;
            }
        } catch (Throwable e) { // an Error too must end every request, and the worker lives on
            if (termination.isRequested()) {
                batch.forEach(pending -> pending.fail(new InferenceException.ShuttingDown()));
                log.info("A run of {} request(s) was stopped: nobody waited for it, or the service ends", batch.size());
                return;
            }
            // First: without memory a line of the log may fail too.
            batch.forEach(pending -> pending.fail(new InferenceException.Failed(e)));
            log.error("A run of {} request(s) failed", batch.size(), EscapedFailure.of(e));
            if (e instanceof VirtualMachineError) {
                return;
            }
            failed = batch.size();
        } finally {
            termination.clear();
        }
        if (termination.isRequested()) {
            return;
        }
        listener.batchEnded(batch.size(), failed);
    }

    /** Calls an action once all requests of the run are late, unless {@link #over} was called before. */
    void whenLate(long now, Runnable action) {
        long left = batch.stream().mapToLong(pending -> pending.left(now)).max().orElse(0);
        var unused = over.orTimeout(Math.max(0, left), TimeUnit.NANOSECONDS).whenComplete((nothing, late) -> {
            if (late != null) {
                action.run();
            }
        });
    }

    /** Notes that the run has ended. */
    void over() {
        over.complete(null);
    }

    /** Fails the requests that are late, and ends the run early if no other is left. */
    void expire(long now) {
        batch.stream()
                .filter(pending -> pending.isLate(now))
                .forEach(pending -> pending.fail(new InferenceException.DeadlineExceeded()));
        terminateIfUnwanted();
    }

    /** Ends the run early. */
    void terminate() {
        termination.request();
    }

    /** Ends the run early if every request of it has ended: late or given up, as the run has not answered yet. */
    void terminateIfUnwanted() {
        if (batch.stream().allMatch(PendingRequest::isDone)) {
            terminate();
        }
    }

    /** Returns whether the output is of use. */
    private boolean answer(
            BatchFunction<I, O> function, PendingRequest<I, O> pending, O output, long started, Duration ran) {
        try {
            function.check(output);
        } catch (Exception e) {
            // The message says all, and a version that always fails would fill the log with traces.
            log.error("An output of the model cannot be used: {}", e.getMessage());
            pending.fail(new InferenceException.Failed(e));
            return false;
        }
        pending.succeed(new Answer<>(output, Duration.ofNanos(started - pending.submitted()), ran));
        return true;
    }
}
