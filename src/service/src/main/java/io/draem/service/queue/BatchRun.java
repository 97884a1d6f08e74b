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
    private boolean complete;

    BatchRun(List<PendingRequest<I, O>> batch) {
        this.batch = batch;
    }

    int size() {
        return batch.size();
    }

    /** Returns whether the function has returned all outputs; called on the thread that runs it. */
    boolean isComplete() {
        return complete;
    }

    /** Runs the function and ends every request of the batch. */
    void on(BatchFunction<I, O> function, BatchRuns<I, O> runs, QueueListener listener) {
        long started = runs.now();
        int failed = 0;
        try {
            listener.batchStarted(batch.size());
            List<O> outputs =
                    function.run(batch.stream().map(PendingRequest::input).toList(), termination);
            if (outputs.size() != batch.size()) {
                throw new IllegalStateException(
                        "The function returned " + outputs.size() + " outputs for " + batch.size() + " inputs");
            }
            Duration ran = Duration.ofNanos(runs.now() - started);
            complete = true;
            for (int i = 0; i < batch.size(); i++) {
                failed += complete(function, batch.get(i), outputs.get(i), started, ran) ? 0 : 1;
            }
        } catch (Throwable e) { // an Error too must end every request, and the worker continues
            if (termination.isRequested()) {
                batch.forEach(pending -> pending.fail(new InferenceException.ShuttingDown()));
                log.info(
                        "A run of {} request(s) was stopped: no client waits for it any more, or the service shuts down",
                        batch.size());
                return;
            }
            // Before logging, which may fail too when memory is exhausted.
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

    /** Runs an action once all requests of the run are late, unless {@link #over} is called before. */
    void whenLate(long now, Runnable action) {
        long left = batch.stream().mapToLong(pending -> pending.left(now)).max().orElse(0);
        var unused = over.orTimeout(Math.max(0, left), TimeUnit.NANOSECONDS).whenComplete((nothing, late) -> {
            if (late != null) {
                action.run();
            }
        });
    }

    /** Records that the run has ended. */
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

    /** Ends the run early if each of its requests has ended: late or cancelled, since the run has no outputs yet. */
    void terminateIfUnwanted() {
        if (batch.stream().allMatch(PendingRequest::isDone)) {
            terminate();
        }
    }

    /** Ends a request with its output; returns whether the output can be used. */
    private boolean complete(
            BatchFunction<I, O> function, PendingRequest<I, O> pending, O output, long started, Duration ran) {
        try {
            function.check(output);
        } catch (Exception e) {
            // Without a stack trace: the message is complete, and a version that always fails would fill the log.
            log.error("An output of the model cannot be used: {}", e.getMessage());
            pending.fail(new InferenceException.Failed(e));
            return false;
        }
        pending.succeed(
                new PendingRequest.Result<>(output, Duration.ofNanos(started - pending.submitted()), ran, started));
        return true;
    }
}
