package io.draem.trainer.evaluation;

import io.draem.score.AnomalyMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What a model said of a labelled set: raw image scores and anomaly maps beside the labels. */
public final class Scores {

    private static final int BATCH = 8;

    private final List<Scored> images;

    private Scores(List<Scored> images) {
        this.images = images;
    }

    /**
     * One image of the set.
     *
     * @param name file name
     * @param defect defect type, {@link EvaluationImage#GOOD} for a normal image
     * @param mask true where a pixel is anomalous, at the map's size
     * @param detection what the model said
     */
    record Scored(String name, String defect, boolean[] mask, Detection detection) {

        boolean anomalous() {
            return !defect.equals(EvaluationImage.GOOD);
        }
    }

    /** Runs a model over a set. */
    public static Scores of(EvaluationSet set, AnomalyDetector detector) throws IOException {
        List<Scored> scored = new ArrayList<>(set.size());
        for (int first = 0; first < set.size(); first += BATCH) {
            int count = Math.min(BATCH, set.size() - first);
            List<EvaluationImage> images = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                images.add(set.load(first + i));
            }
            int length = images.get(0).pixels().length;
            float[] batch = new float[count * length];
            for (int i = 0; i < count; i++) {
                System.arraycopy(images.get(i).pixels(), 0, batch, i * length, length);
            }
            List<Detection> detections = detector.detect(batch, count);
            for (int i = 0; i < count; i++) {
                EvaluationImage image = images.get(i);
                scored.add(new Scored(image.name(), image.defect(), image.mask(), detections.get(i)));
            }
        }
        return new Scores(scored);
    }

    List<Scored> images() {
        return images;
    }

    int size() {
        return images.size();
    }

    /** Returns those of a condition. */
    Scores where(Predicate<Scored> condition) {
        return new Scores(images.stream().filter(condition).toList());
    }

    double[] imageScores() {
        return images.stream().mapToDouble(image -> image.detection().score()).toArray();
    }

    boolean[] imageLabels() {
        boolean[] labels = new boolean[images.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = images.get(i).anomalous();
        }
        return labels;
    }

    List<AnomalyMap> maps() {
        return images.stream().map(image -> image.detection().map()).toList();
    }

    List<boolean[]> masks() {
        return images.stream().map(Scored::mask).toList();
    }
}
