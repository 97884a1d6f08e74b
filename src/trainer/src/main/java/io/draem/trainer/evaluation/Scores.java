package io.draem.trainer.evaluation;

import io.draem.runtime.onnx.ModelOutput;
import io.draem.trainer.evaluation.metrics.PixelScores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a model said of a labelled set: the raw score of each image, and counts of the raw map values. Maps are not kept, so
 * memory does not grow with the pixels of the set.
 */
public final class Scores {

    static final int BATCH = 8;

    private final List<Scored> images;
    private final Map<String, PixelScores> pixels; // by defect type

    private Scores(List<Scored> images, Map<String, PixelScores> pixels) {
        this.images = List.copyOf(images);
        this.pixels = new TreeMap<>(pixels);
    }

    /**
     * One image of the set.
     *
     * @param index its place in the set
     * @param id see {@link EvaluationImage#id}
     * @param defect defect type, {@link EvaluationImage#GOOD} for a normal image
     * @param score raw image score
     * @param peak largest value of its map
     * @param masked whether its pixels are labelled, which those of a normal image always are
     */
    public record Scored(int index, String id, String defect, float score, float peak, boolean masked) {

        /** Returns whether it shows a defect, real or synthetic. */
        public boolean anomalous() {
            return !defect.equals(EvaluationImage.GOOD);
        }
    }

    /**
     * Runs a model over a set.
     *
     * @throws CalibrationException if the model returns a value that is not usable; the message names the image
     */
    public static Scores of(EvaluationSet set, AnomalyDetector detector) throws IOException {
        List<Scored> scored = new ArrayList<>(set.size());
        Map<String, PixelScores> pixels = new TreeMap<>();
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
            List<ModelOutput> detections = detector.detect(batch, count);
            for (int i = 0; i < count; i++) {
                EvaluationImage image = images.get(i);
                ModelOutput detection = detections.get(i);
                String problem = detection.problem();
                if (problem != null) {
                    throw new CalibrationException("Image " + image.id() + ": " + problem);
                }
                scored.add(new Scored(
                        first + i,
                        image.id(),
                        image.defect(),
                        detection.score(),
                        detection.map().max(),
                        image.mask() != null));
                PixelScores ofDefect = pixels.computeIfAbsent(image.defect(), defect -> new PixelScores());
                if (image.mask() != null) {
                    ofDefect.add(detection.map(), image.mask());
                } else {
                    ofDefect.addUnlabelled(detection.map());
                }
            }
        }
        return new Scores(scored, pixels);
    }

    /** Returns all images in the order of the set. */
    public List<Scored> images() {
        return images;
    }

    /** Returns them with each id once: a held-out image is in a set of synthetic anomalies several times. */
    public List<Scored> distinct() {
        Map<String, Scored> byId = new LinkedHashMap<>();
        images.forEach(image -> byId.put(image.id(), image));
        return List.copyOf(byId.values());
    }

    /** Returns the defect types in alphabetical order. */
    public List<String> defects() {
        return pixels.keySet().stream()
                .filter(defect -> !defect.equals(EvaluationImage.GOOD))
                .toList();
    }

    /** Returns the normal images and those of one defect type. */
    public Scores ofDefect(String defect) {
        Predicate<String> wanted = type -> type.equals(EvaluationImage.GOOD) || type.equals(defect);
        Map<String, PixelScores> some = new TreeMap<>(pixels);
        some.keySet().removeIf(wanted.negate());
        return new Scores(
                images.stream().filter(image -> wanted.test(image.defect())).toList(), some);
    }

    /** Returns how many images are of a defect type, or are normal. */
    public int count(String defect) {
        return (int)
                images.stream().filter(image -> image.defect().equals(defect)).count();
    }

    /** Returns how many images are anomalous. */
    public int anomalous() {
        return (int) images.stream().filter(Scored::anomalous).count();
    }

    /** Returns how many of the anomalous images have a mask. */
    public int masked() {
        return (int) images.stream()
                .filter(image -> image.anomalous() && image.masked())
                .count();
    }

    /** Returns the pixels of all images together, without those of anomalous images that have no mask. */
    public PixelScores pixels() {
        PixelScores all = new PixelScores();
        pixels.values().forEach(all::addAll);
        return all;
    }

    /** Returns the image scores in the order of {@link #images()}. */
    public double[] imageScores() {
        return images.stream().mapToDouble(Scored::score).toArray();
    }

    /** Returns whether each image is anomalous, in the order of {@link #images()}. */
    public boolean[] imageLabels() {
        boolean[] labels = new boolean[images.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = images.get(i).anomalous();
        }
        return labels;
    }
}
