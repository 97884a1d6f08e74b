package io.draem.service.capture;

import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageException;
import io.draem.score.AnomalyMap;
import io.draem.score.Verdict;
import io.draem.service.capture.CaptureListener.Outcome;
import io.draem.service.capture.CapturedImage.CandidateVerdict;
import io.draem.service.capture.CapturedImage.ModelVerdict;
import io.draem.service.detection.Admission;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionArchive;
import io.draem.service.detection.DetectionRequest;
import io.draem.service.detection.Prediction;
import io.draem.service.detection.PredictionRequest;
import io.draem.service.detection.WorkQueue;
import io.draem.service.models.ServedModel;
import io.draem.text.EscapedFailure;
import io.draem.text.Sha256;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Captures images of requests by rule. A thread of its own writes them; what it cannot write in time is dropped and counted,
 * so that no request waits.
 */
public final class Captures implements DetectionArchive, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Captures.class);

    /** Between looks for images that are too old. */
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(30);

    /** Between lines of the log that images are not captured. */
    private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

    /** How long the images that wait may take to be written when the service ends. */
    private static final long CLOSING_MILLIS = 5000;

    private final CaptureStore store;
    private final CaptureListener listener;
    private final CaptureRules rules;
    private final CaptureRetention retention;
    private final WorkQueue<CaptureWork> waiting;
    private final int minRegionArea;
    private final Thread writer = new Thread(this::write, "captures");
    private volatile boolean closed;
    private volatile boolean ended;
    private boolean failing;
    private long reported;

    /**
     * @param minRegionArea fewest pixels of a region where the model does not set them
     * @param mostBytes most bytes of the images that wait to be written
     */
    Captures(
            CaptureProperties properties,
            CaptureStore store,
            Admission admission,
            CaptureListener listener,
            int minRegionArea,
            long mostBytes) {
        this.retention = new CaptureRetention(
                store,
                properties.maxAge(),
                properties.maxImages(),
                properties.maxBytes().toBytes());
        this.rules = new CaptureRules(properties);
        this.store = store;
        this.listener = listener;
        this.minRegionArea = minRegionArea;
        this.waiting = new WorkQueue<>(admission, mostBytes, CaptureWork::length);
        writer.setDaemon(true);
        writer.setPriority(Thread.MIN_PRIORITY);
    }

    /** Starts the thread that writes. */
    void start() {
        writer.start();
    }

    /** Returns the images that were captured. */
    public CaptureStore store() {
        return store;
    }

    @Override
    public void offer(
            DetectionRequest request, Detection detection, AnomalyMap map, @Nullable RegionOfInterest region) {
        ModelVerdict verdict = ModelVerdict.of(detection.model(), detection.verdict());
        Set<CaptureReason> reasons = rules.takes(request, detection.model())
                ? take(
                        detection.model(),
                        rules.reasons(verdict, detection.input().usual()))
                : Set.of();
        if (!reasons.isEmpty()) {
            add(new CaptureWork(
                    request.image(),
                    Instant.now(),
                    verdict,
                    detection.image(),
                    reasons,
                    detection.verdict().minRegionArea(),
                    null,
                    map,
                    region));
        }
    }

    @Override
    public void offer(PredictionRequest request, byte[] image, Prediction prediction) {
        ServedModel model = prediction.model();
        ModelVerdict verdict = ModelVerdict.of(prediction);
        Set<CaptureReason> reasons = rules.takes(request, model)
                ? take(model, rules.reasons(verdict, prediction.input().usual()))
                : Set.of();
        if (!reasons.isEmpty()) {
            add(CaptureWork.of(image, prediction, verdict, reasons, minRegionArea));
        }
    }

    /**
     * A candidate has another verdict on an image than the version that answered.
     *
     * @param served the version that answered
     * @param verdict of the version that answered
     */
    public void disagreed(DetectionRequest request, ServedModel served, Verdict verdict, Detection ofCandidate) {
        Set<CaptureReason> reasons = rules.capturesDisagreements(request, served)
                ? take(served, EnumSet.of(CaptureReason.DISAGREEMENT))
                : Set.of();
        if (!reasons.isEmpty()) {
            Verdict other = ofCandidate.verdict();
            add(new CaptureWork(
                    request.image(),
                    Instant.now(),
                    ModelVerdict.of(served, verdict),
                    ofCandidate.image(),
                    reasons,
                    verdict.minRegionArea(),
                    new CandidateVerdict(ofCandidate.model().version(), other.anomalous(), other.normalizedScore()),
                    null,
                    null));
        }
    }

    /** Returns those of the reasons that have captures left, and reports an image that has none. */
    private Set<CaptureReason> take(ServedModel model, Set<CaptureReason> reasons) {
        if (reasons.isEmpty()) {
            return reasons;
        }
        Set<CaptureReason> left = rules.take(model.name(), reasons, System.nanoTime());
        if (left.isEmpty()) {
            listener.ended(model.name(), Outcome.LIMITED);
        }
        return left;
    }

    private void add(CaptureWork work) {
        if (closed || !waiting.add(work)) {
            listener.ended(work.verdict().model(), Outcome.DROPPED);
        }
    }

    private void write() {
        long enforced = System.nanoTime() - INTERVAL;
        boolean all = true;
        boolean ends = false;
        while (!ends && !ended) {
            try {
                boolean last = closed;
                CaptureWork work = waiting.poll(1);
                if (work != null) {
                    try {
                        write(work);
                    } finally {
                        waiting.release(work);
                    }
                }
                ends = last && work == null;
                if (System.nanoTime() - enforced >= INTERVAL) {
                    enforced = System.nanoTime();
                    all = false;
                    store.tidy();
                }
                if (work != null || !all) {
                    all = true; // if this fails, again after the interval
                    all = retention.enforce(Instant.now());
                }
            } catch (InterruptedException e) {
                // left behind by another part; closing does not interrupt
            } catch (IOException | DataAccessException e) {
                report(e);
            } catch (Throwable e) {
                if (!ended) {
                    log.error("An image was not captured", EscapedFailure.of(e));
                }
            }
        }
    }

    private void write(CaptureWork work) throws IOException {
        String model = work.verdict().model();
        Outcome outcome = Outcome.FAILED;
        try {
            String digest = Sha256.of(work.encoded());
            if (store.merge(work, digest)) {
                outcome = Outcome.DUPLICATE;
            } else {
                work.write(store, digest);
                outcome = Outcome.STORED;
            }
            failing = false;
        } catch (ImageException e) {
            throw new IOException(e);
        } finally {
            listener.ended(model, outcome);
        }
    }

    /** Once until an image is written again, and once a minute. */
    private void report(Exception failure) {
        long now = System.nanoTime();
        if (!failing && !ended && (reported == 0 || now - reported >= PAUSE)) {
            failing = true;
            reported = now;
            log.error("Images are not captured: {}", failure.toString());
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        writer.join(CLOSING_MILLIS);
        ended = true; // a store that does not answer may still hold the thread
        store.close();
    }
}
