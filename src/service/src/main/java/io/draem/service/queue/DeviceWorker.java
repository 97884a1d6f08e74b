package io.draem.service.queue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes batches from a queue and runs them on its device, until the queue has drained. */
final class DeviceWorker<I, O> implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(DeviceWorker.class);

    private final InferenceQueue<I, O> queue;
    private final BatchFunction<I, O> function;
    private final QueueListener listener;
    private final DeviceScheduler.Share turn;

    DeviceWorker(InferenceQueue<I, O> queue, BatchFunction<I, O> function, QueueListener listener) {
        this.queue = queue;
        this.function = function;
        this.listener = listener;
        this.turn = function.turn().join(queue);
    }

    /** Ends with the queue alone: without its worker a model would answer nothing any more. */
    @Override
    public void run() {
        boolean open = true;
        while (open) {
            try {
                open = work();
            } catch (InterruptedException e) {
                // Nothing ends a worker so: a run, or what listens to it, has left the interrupt behind.
            } catch (Throwable e) {
                try {
                    log.error(
                            "The worker {} failed and continues",
                            Thread.currentThread().getName(),
                            e);
                } catch (Throwable unlogged) {
                    // Without memory, logging may fail too.
                }
            }
        }
    }

    /** Takes and runs one batch; returns false when the queue has drained. */
    private boolean work() throws InterruptedException {
        if (!queue.awaitRequests()) {
            return false;
        }
        long wanted = queue.now();
        turn.take();
        long started = queue.now();
        try {
            // Only now that the device is free: what has become late in the meantime is not run.
            runBatch(queue.take(), wanted);
        } finally {
            turn.giveBack(queue.now() - started);
        }
        return true;
    }

    private void runBatch(BatchRun<I, O> run, long wanted) {
        if (run.size() > 0) {
            try {
                // The clock is read after the batch was taken: its latest request may be later than the turn.
                run.on(function, queue.now(), queue, listener);
            } finally {
                // From when the run was wanted: waiting for the device is part of what a caller has to wait.
                queue.ended(run, queue.now() - wanted);
            }
        }
    }
}
