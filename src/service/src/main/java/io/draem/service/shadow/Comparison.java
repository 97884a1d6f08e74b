package io.draem.service.shadow;

import io.draem.score.Proportion;
import io.draem.score.Verdict;
import io.draem.service.detection.Detection;
import io.draem.service.models.Candidate;
import io.draem.service.models.ServedModel;
import io.draem.service.shadow.ShadowListener.Outcome;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The verdicts of a candidate and those of the version in service on the images that this one answered, while neither
 * changes.
 */
final class Comparison {

    /** Images that differences and times are taken from; the last ones. */
    private static final int RECENT = 1000;

    private static final int EXAMPLES = 20;

    private final ServedModel served;
    private final ServedModel candidate;
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    private final double[] differences = new double[RECENT];
    private final double[] servedTimes = new double[RECENT];
    private final double[] candidateTimes = new double[RECENT];
    private final Deque<ComparisonSummary.Disagreement> disagreements = new ArrayDeque<>();
    private int compared;

    Comparison(ServedModel served, ServedModel candidate) {
        this.served = served;
        this.candidate = candidate;
    }

    /** Returns whether it compares these versions. */
    boolean isOf(ServedModel served, ServedModel candidate) {
        return this.served == served && this.candidate == candidate;
    }

    /** Counts an image that the candidate has no verdict on. */
    synchronized void add(Outcome outcome) {
        counts.merge(outcome, 1, Math::addExact);
    }

    /** Adds an image with what the candidate found in it. */
    synchronized void add(ShadowImage image, Detection found) {
        Verdict ofServed = image.verdict();
        Verdict ofCandidate = found.verdict();
        Outcome outcome = Outcome.of(ofServed.anomalous(), ofCandidate.anomalous());
        add(outcome);
        int slot = compared++ % RECENT;
        differences[slot] = ofCandidate.normalizedScore() - ofServed.normalizedScore();
        servedTimes[slot] = image.inference().toNanos() / 1e6;
        candidateTimes[slot] = found.timing().inference().toNanos() / 1e6;
        if (outcome.isDisagreement()) {
            if (disagreements.size() == EXAMPLES) {
                disagreements.removeLast();
            }
            disagreements.addFirst(new ComparisonSummary.Disagreement(
                    Instant.now(), image.digest(), ofServed.normalizedScore(), ofCandidate.normalizedScore()));
        }
    }

    /**
     * Returns the state now.
     *
     * @param shares the candidate, with its shares now
     */
    synchronized ComparisonSummary summary(Candidate shares) {
        int recent = Math.min(compared, RECENT);
        int onlyServed = count(Outcome.SERVED_ANOMALOUS);
        int onlyCandidate = count(Outcome.CANDIDATE_ANOMALOUS);
        return new ComparisonSummary(
                served,
                candidate,
                shares.share(),
                shares.answerShare(),
                compared,
                Map.copyOf(counts),
                compared == 0 ? null : new Proportion(onlyServed + onlyCandidate, compared),
                ComparisonSummary.Conclusion.of(onlyServed, onlyCandidate, compared),
                recent == 0 ? null : differences(recent),
                recent == 0 ? null : times(servedTimes, recent),
                recent == 0 ? null : times(candidateTimes, recent),
                List.copyOf(disagreements));
    }

    private int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    private ComparisonSummary.Differences differences(int recent) {
        double[] values = Arrays.copyOf(differences, recent);
        double mean = Arrays.stream(values).average().orElse(0);
        double absolute = Arrays.stream(values).map(Math::abs).average().orElse(0);
        double largest = 0;
        for (double value : values) {
            largest = Math.abs(value) > Math.abs(largest) ? value : largest;
        }
        return new ComparisonSummary.Differences(recent, mean, absolute, largest);
    }

    private static ComparisonSummary.Times times(double[] all, int recent) {
        double[] sorted = Arrays.copyOf(all, recent);
        Arrays.sort(sorted);
        return new ComparisonSummary.Times(sorted[(recent - 1) / 2], sorted[(int) Math.ceil(0.95 * recent) - 1]);
    }
}
