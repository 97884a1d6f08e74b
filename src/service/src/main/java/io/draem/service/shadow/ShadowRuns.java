package io.draem.service.shadow;

import io.draem.service.capture.Captures;
import io.draem.service.detection.Admission;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionRequest;
import io.draem.service.detection.DetectionService;
import io.draem.service.detection.PredictionService;
import io.draem.service.detection.ResponseContext;
import io.draem.service.detection.WorkQueue;
import io.draem.service.models.Candidate;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.RequestContext;
import io.draem.service.shadow.ShadowListener.Outcome;
import io.draem.text.EscapedFailure;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the candidate of a model on a share of its images, one after the other, while no request is in the service. An image
 * waits until its own response has been sent. It is dropped if requests leave no such moment within ten seconds, if a request
 * arrives before its verdict, or if too many images wait. No listener of requests is informed of it.
 */
public final class ShadowRuns implements PredictionService.AnswerListener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ShadowRuns.class);

    /** Between looks whether a request is in the service. */
    private static final long INTERVAL_MILLIS = 5;

    private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(100);

    private final ModelRepository models;
    private final DetectionService detections;
    private final Admission admission;
    private final ShadowListener listener;
    private final Duration timeout;
    private final @Nullable Captures captures;
    private final WorkQueue<ShadowImage> waiting;
    private final Comparisons comparisons;
    private final Thread worker = new Thread(this::work, "candidates");
    private volatile boolean closed;
    private @Nullable ServedModel failed;

    /**
     * @param detections examines images without a report to listeners
     * @param timeout how long a candidate may take for an image
     * @param mostBytes most bytes of the images that wait
     */
    ShadowRuns(
            ModelRepository models,
            DetectionService detections,
            Admission admission,
            ShadowListener listener,
            Duration timeout,
            long mostBytes,
            @Nullable Captures captures) {
        this.models = models;
        this.comparisons = new Comparisons(models);
        this.detections = detections;
        this.admission = admission;
        this.listener = listener;
        this.timeout = timeout;
        this.captures = captures;
        this.waiting = new WorkQueue<>(admission, mostBytes, ShadowImage::length);
        worker.setDaemon(true);
        LockSupport.parkNanos(0); // returns at once; loading the class at the first failure could find no memory
    }

    /** The context of one image for a candidate, which gives way to the next request. */
    private final class Context extends ResponseContext {

        Context() {
            super(System.nanoTime(), timeout.toNanos());
        }

        @Override
        public String client() {
            return "candidate";
        }

        @Override
        protected boolean isGone() {
            return closed || admission.requests() > 0;
        }
    }

    /** Starts the runs. */
    void start() {
        worker.start();
    }

    /**
     * Has the candidate of the model examine an image too, if it has one that does not fail, its share includes the image, and
     * the request leaves version and threshold to the model. An image that the candidate itself answered is only counted.
     *
     * @param answer the verdict that the client gets
     */
    public void offer(DetectionRequest request, Detection answer) {
        ServedModel served = answer.model();
        Candidate candidate = models.candidate(served.name());
        if (candidate == null || request.version() != null) {
            return;
        }
        answered(served, 1, request.context());
        if (candidate.model() == served
                || candidate.model().isFailing()
                || request.threshold() != null
                || ThreadLocalRandom.current().nextDouble() >= candidate.share()) {
            return;
        }
        ShadowImage image = ShadowImage.of(request, answer, candidate.model());
        request.context().whenCompleted(() -> add(image));
    }

    /** Counts the images of a request, which are not compared, if the candidate answered it. */
    @Override
    public void answered(ServedModel model, int images, RequestContext context) {
        Candidate candidate = models.candidate(model.name());
        if (candidate != null && candidate.model() == model) {
            context.whenCompleted(() -> {
                for (int i = 0; i < images; i++) {
                    comparisons.answered(model);
                    listener.ended(model, Outcome.ANSWERED);
                }
            });
        }
    }

    /** Returns how the candidate of a model compares with the version that answers; null if there is none. */
    public @Nullable ComparisonSummary comparison(ServedModel served) {
        return comparisons.summary(served);
    }

    @Override
    public void close() {
        closed = true;
        worker.interrupt();
    }

    private void add(ShadowImage image) {
        boolean added = false;
        try {
            added = waiting.add(image);
        } finally {
            if (!added) {
                end(image, Outcome.DROPPED);
            }
        }
    }

    private void end(ShadowImage image, Outcome outcome) {
        comparisons.add(image.served(), image.candidate(), comparison -> comparison.add(outcome));
        listener.ended(image.candidate(), outcome);
    }

    private void work() {
        while (!closed) {
            try {
                ShadowImage image = waiting.take();
                try {
                    examine(image);
                } finally {
                    waiting.release(image);
                }
            } catch (InterruptedException e) {
                // closed, or an interrupt that was left behind
            } catch (Throwable e) {
                report(e);
            }
        }
    }

    /** A full heap may have no memory for the report either: it must not end the thread. */
    private static void report(Throwable failure) {
        try {
            log.error("A candidate failed on an image", EscapedFailure.of(failure));
        } catch (Throwable e) {
            LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
        }
    }

    /** Later images of the same candidate most likely fail for the same reason. */
    private void reportFirst(ServedModel candidate, DetectionException reason) {
        if (failed != candidate) {
            failed = candidate;
            log.warn("Candidate {} has no verdict on an image: {}", candidate, reason.getMessage());
        }
    }

    private void examine(ShadowImage image) throws InterruptedException {
        Outcome outcome = Outcome.FAILED;
        Detection detection = null;
        try {
            detection = mayRun(image) ? detect(image) : null;
            outcome = detection == null
                    ? Outcome.DROPPED
                    : Outcome.of(
                            image.verdict().anomalous(), detection.verdict().anomalous());
        } catch (DetectionException e) {
            outcome = Outcome.of(e);
            if (outcome == Outcome.FAILED) {
                reportFirst(image.candidate(), e);
            }
        } finally {
            if (detection == null) {
                end(image, outcome);
            }
        }
        if (detection != null) {
            Detection found = detection;
            comparisons.add(image.served(), image.candidate(), comparison -> comparison.add(image, found));
            listener.ended(image.candidate(), outcome);
            if (outcome.isDisagreement() && captures != null) {
                captures.disagreed(image.request(), image.served(), image.verdict(), detection);
            }
        }
    }

    /** Waits for a moment without requests; returns whether there is one, and the image is still to be compared. */
    private boolean mayRun(ShadowImage image) throws InterruptedException {
        while (admission.requests() > 0 && System.nanoTime() < image.until()) {
            Thread.sleep(INTERVAL_MILLIS);
        }
        // A model that is opened on demand would be opened in place of one that requests use.
        return System.nanoTime() < image.until()
                && admission.requests() == 0
                && image.candidate().isOpen()
                && comparisons.areCurrent(image.served(), image.candidate());
    }

    private Detection detect(ShadowImage image) throws DetectionException {
        Context context = new Context();
        try {
            return detections.detect(image.forCandidate(context));
        } finally {
            context.answered(null);
        }
    }
}
