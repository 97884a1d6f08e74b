package io.draem.trainer.evaluation;

import java.io.IOException;
import java.util.List;

/** Labelled images, loaded one by one so that a large set need not fit into memory. */
public interface EvaluationSet {

    /** Returns how many there are. */
    int size();

    /** Returns one of them. */
    EvaluationImage load(int index) throws IOException;

    /** Returns a set of images that are in memory already. */
    static EvaluationSet of(List<EvaluationImage> images) {
        return new EvaluationSet() {
            @Override
            public int size() {
                return images.size();
            }

            @Override
            public EvaluationImage load(int index) {
                return images.get(index);
            }
        };
    }
}
