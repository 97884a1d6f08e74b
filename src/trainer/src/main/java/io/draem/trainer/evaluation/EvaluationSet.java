package io.draem.trainer.evaluation;

import io.draem.trainer.data.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Labelled images, loaded one by one so that a large set need not fit into memory. */
public interface EvaluationSet {

    /** Returns the number of images. */
    int size();

    /** Loads one image. */
    EvaluationImage load(int index) throws IOException;

    /** Says what the set is made of in a sentence; empty where each image of it is a file. */
    default Optional<String> origin() {
        return Optional.empty();
    }

    /** Returns a set of images in memory. */
    static EvaluationSet of(List<EvaluationImage> images) {
        return of(images.size(), images::get);
    }

    /**
     * Returns these images, each reported when it is loaded.
     *
     * @param what see {@link Progress#begin}
     */
    default EvaluationSet reporting(Progress progress, String what) {
        Progress.Work work = progress.begin(what, size());
        return of(size(), index -> {
            EvaluationImage image = load(index);
            work.done();
            return image;
        });
    }

    /**
     * Returns these images until a condition holds; then loading throws a {@link CancellationException}. No native code runs
     * between two images, so that models and networks can be closed after it.
     */
    default EvaluationSet until(BooleanSupplier stop) {
        return of(size(), index -> {
            if (stop.getAsBoolean()) {
                throw new CancellationException();
            }
            return load(index);
        });
    }

    /** Returns a set of {@code size} images, each loaded when it is needed. */
    static EvaluationSet of(int size, LoadedAhead.Loader<EvaluationImage> loader) {
        return new EvaluationSet() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public EvaluationImage load(int index) throws IOException {
                return loader.load(index);
            }
        };
    }
}
