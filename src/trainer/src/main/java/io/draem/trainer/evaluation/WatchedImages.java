package io.draem.trainer.evaluation;

import io.draem.trainer.data.Progress;
import java.io.IOException;

/**
 * Images each of which counts as work done when it is loaded.
 *
 * @param work on all of them, each loaded once
 */
public record WatchedImages(EvaluationSet images, Progress.Work work) implements EvaluationSet {

    /**
     * Watches images from now on.
     *
     * @param what see {@link Progress#begin}
     */
    public static EvaluationSet of(EvaluationSet images, Progress progress, String what) {
        return new WatchedImages(images, progress.begin(what, images.size()));
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public EvaluationImage load(int index) throws IOException {
        EvaluationImage image = images.load(index);
        work.done();
        return image;
    }
}
