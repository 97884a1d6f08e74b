package io.draem.trainer.tracking;

import io.draem.trainer.tracking.MlflowClient.Metric;
import io.draem.trainer.tracking.MlflowModel.Artifact;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be sent: the training adds to it, and the sender removes what it has sent. */
final class MlflowQueue {

    /** More bytes of pictures are not kept for a server that does not take them; the oldest go first. */
    private static final long MOST_PICTURE_BYTES = 16L << 20;

    private final Deque<Metric> metrics = new ArrayDeque<>();
    private final Deque<Artifact> pictures = new ArrayDeque<>();

    synchronized void add(List<Metric> more) {
        metrics.addAll(more);
    }

    synchronized void add(Artifact picture) {
        pictures.add(picture);
        while (pictures.stream().mapToLong(Artifact::bytes).sum() > MOST_PICTURE_BYTES) {
            pictures.remove();
        }
    }

    /** Returns the oldest metrics. */
    synchronized List<Metric> metrics(int most) {
        return metrics.stream().limit(most).toList();
    }

    /** Removes the oldest metrics. */
    synchronized void removeMetrics(int count) {
        for (int i = 0; i < count; i++) {
            metrics.remove();
        }
    }

    /** Returns the oldest picture; null without any. */
    synchronized @Nullable Artifact picture() {
        return pictures.peek();
    }

    synchronized void remove(Artifact picture) {
        pictures.remove(picture);
    }
}
