package io.draem.service.shadow;

import io.draem.service.detection.DetectionException;
import io.draem.service.models.ServedModel;
import java.util.Locale;

/** Is informed of what became of the images for candidates. */
@FunctionalInterface
public interface ShadowListener {

    /** What became of one image. */
    enum Outcome {
        /** Both versions take it for normal. */
        BOTH_NORMAL,
        /** Both versions take it for anomalous. */
        BOTH_ANOMALOUS,
        /** Only the version that answers takes it for anomalous. */
        SERVED_ANOMALOUS,
        /** Only the candidate takes it for anomalous. */
        CANDIDATE_ANOMALOUS,
        /** The candidate has no verdict. */
        FAILED,
        /** Requests left the candidate no time or memory. */
        DROPPED,
        /** The candidate answered the request, and the version in service has no verdict. */
        ANSWERED;

        static Outcome of(boolean served, boolean candidate) {
            if (served) {
                return candidate ? BOTH_ANOMALOUS : SERVED_ANOMALOUS;
            }
            return candidate ? CANDIDATE_ANOMALOUS : BOTH_NORMAL;
        }

        /** Returns what became of an image that a candidate has no verdict on. */
        static Outcome of(DetectionException reason) {
            return switch (reason.outcome()) {
                case CANCELLED,
                        DEADLINE_EXCEEDED,
                        OUT_OF_MEMORY,
                        OVERLOADED,
                        QUEUE_FULL,
                        NOT_READY,
                        SHUTTING_DOWN,
                        UNKNOWN_MODEL -> DROPPED;
                default -> FAILED;
            };
        }

        /** Returns whether the versions differ. */
        boolean isDisagreement() {
            return this == SERVED_ANOMALOUS || this == CANDIDATE_ANOMALOUS;
        }

        /** Returns the name in metrics. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Called once for each image that a candidate should run, or has answered. */
    void ended(ServedModel candidate, Outcome outcome);
}
