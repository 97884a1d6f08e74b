package io.draem.trainer.evaluation;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.FrameSize;
import io.draem.runtime.detection.FrameDetector;
import io.draem.trainer.evaluation.metrics.PixelScores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a model said of a labelled set: the raw score of each image, and counts of the raw map values. Maps are not kept, so
 * memory does not grow with the pixels of the set.
 */
public final class Scores {

    private final List<Scored> images;
    private final Map<String, PixelScores> pixels; // by defect type
    private final DefectSizes sizes;

    private Scores(List<Scored> images, Map<String, PixelScores> pixels, DefectSizes sizes) {
        this.images = List.copyOf(images);
        this.pixels = new TreeMap<>(pixels);
        this.sizes = sizes;
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
     * @param frame size at which the network saw it
     * @param inputs of the network that it became
     */
    public record Scored(
            int index, String id, String defect, float score, float peak, boolean masked, FrameSize frame, int inputs) {

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
    public static Scores of(EvaluationSet set, FrameDetector detector) throws IOException {
        List<Scored> scored = new ArrayList<>(set.size());
        Map<String, PixelScores> pixels = new TreeMap<>();
        List<DefectSizes.Defect> sizes = new ArrayList<>();
        List<EvaluationImage> group = new ArrayList<>();
        int inputs = 0;
        try (LoadedAhead<EvaluationImage> images = new LoadedAhead<>(
                set.size(), 1, set::load, image -> image.frame().plan().tiled() ? 1 : 0)) { // tiles take long to decode
            for (int index = 0; index < set.size(); index++) {
                EvaluationImage image = images.load(index);
                group.add(image);
                inputs += image.frame().inputs();
                if (inputs >= FrameDetector.BATCH || index == set.size() - 1) {
                    List<FrameDetector.Detection> detections = detector.detect(
                            group.stream().map(EvaluationImage::frame).toList());
                    for (int i = 0; i < group.size(); i++) {
                        EvaluationImage seen = group.get(i);
                        FrameResult result = CalibrationException.requireResult(detections.get(i), seen.id());
                        add(seen, result, scored, pixels);
                        sizes.addAll(DefectSizes.seen(
                                seen.id(), seen.defects(), seen.frame().plan(), result.map()));
                    }
                    group.clear();
                    inputs = 0;
                }
            }
        }
        return new Scores(scored, pixels, new DefectSizes(sizes));
    }

    /** Adds what the model returned for the image after those that were added before. */
    private static void add(
            EvaluationImage image, FrameResult result, List<Scored> scored, Map<String, PixelScores> pixels) {
        FramePlan plan = image.frame().plan();
        scored.add(new Scored(
                scored.size(),
                image.id(),
                image.defect(),
                result.score(),
                result.map().max(),
                image.mask() != null,
                plan.frame(),
                plan.inputs()));
        PixelScores ofDefect = pixels.computeIfAbsent(image.defect(), defect -> new PixelScores());
        if (image.mask() != null) {
            ofDefect.add(result.map(), image.mask(), plan.region());
        } else {
            ofDefect.addUnlabelled(result.map(), plan.region());
        }
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

    /** Returns the images that a condition holds for, without their pixels. */
    public Scores ofImages(Predicate<Scored> wanted) {
        List<Scored> some = images.stream().filter(wanted).toList();
        return new Scores(
                some,
                some.stream()
                        .map(Scored::defect)
                        .distinct()
                        .collect(Collectors.toMap(defect -> defect, defect -> new PixelScores())),
                new DefectSizes(List.of()));
    }

    /** Returns the normal images and those of one defect type. */
    public Scores ofDefect(String defect) {
        Predicate<String> wanted = type -> type.equals(EvaluationImage.GOOD) || type.equals(defect);
        Map<String, PixelScores> some = new TreeMap<>(pixels);
        some.keySet().removeIf(wanted.negate());
        List<Scored> ofType =
                images.stream().filter(image -> wanted.test(image.defect())).toList();
        return new Scores(ofType, some, sizes.of(ofType.stream().map(Scored::id).collect(Collectors.toSet())));
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

    /** Returns the sizes of the defects of all images with a mask from a file, and what the maps have on them. */
    public DefectSizes defectSizes() {
        return sizes;
    }

    /** Returns the image scores in the order of {@link #images()}. */
    public double[] imageScores() {
        return images.stream().mapToDouble(Scored::score).toArray();
    }

    /** Returns the score of each normal image once: in synthetic validation one comes several times. */
    public double[] normalScores() {
        return distinct().stream()
                .filter(image -> !image.anomalous())
                .mapToDouble(Scored::score)
                .toArray();
    }

    /** Returns the scores of the anomalous images. */
    public double[] anomalousScores() {
        return images.stream()
                .filter(Scored::anomalous)
                .mapToDouble(Scored::score)
                .toArray();
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
