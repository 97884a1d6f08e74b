package io.draem.service.queue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes batches from a queue and runs them on its device, until the queue has drained. */
final class DeviceWorker<I, O> implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(DeviceWorker.class);

    private final BatchRuns<I, O> runs;
    private final BatchFunction<I, O> function;
    private final QueueListener listener;
    private final DeviceScheduler.Share device;

    DeviceWorker(BatchRuns<I, O> runs, BatchFunction<I, O> function, QueueListener listener) {
        this.runs = runs;
        this.function = function;
        this.listener = listener;
        this.device = function.device().join(runs);
    }

    /** Ends with the queue only: without its worker a model would never respond again. */
    @Override
    public void run() {
        boolean open = true;
        while (open) {
            try {
                open = work();
            } catch (InterruptedException e) {
                // A run or a listener left its interrupt behind; an interrupt does not end a worker.
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
        if (!runs.awaitRequests()) {
            return false;
        }
        boolean ready;
        try {
            ready = function.acquire(runs::hasRequests);
        } catch (InferenceException e) {
            runs.refuseWaiting(e);
            return true;
        }
        if (ready) {
            try {
                runOnDevice();
            } finally {
                function.release();
            }
        }
        return true;
    }

    private void runOnDevice() throws InterruptedException {
        long wanted = runs.now();
        device.take();
        long started = runs.now();
        try {
            // The batch is taken once the device is free: requests that became late meanwhile are not run.
            runBatch(runs.take(), wanted);
        } finally {
            device.giveBack(runs.now() - started);
        }
    }

    private void runBatch(BatchRun<I, O> run, long wanted) {
        if (run.size() > 0) {
            try {
                // The clock is read after the batch was taken: its latest request may have been submitted after
                // `started`.
                run.on(function, runs, listener);
            } finally {
                // Counted from when the run was wanted: the wait for the device delays requests too.
                runs.ended(run, runs.now() - wanted);
            }
        }
    }
}
