package io.draem.service.observation;

import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import java.util.EnumMap;
import java.util.Map;

/**
 * Moving means of the measures of images: all images count equally at first, then each new one has a weight of one fiftieth,
 * so that about the last hundred count.
 */
final class RunningMeans {

    private static final double WEIGHT = 0.02;

    private final Map<ImageMeasure, Double> means = new EnumMap<>(ImageMeasure.class);
    private long images;

    synchronized void add(ImageMeasures image) {
        images++;
        double weight = Math.max(WEIGHT, 1.0 / images);
        for (ImageMeasure measure : ImageMeasure.values()) {
            double mean = means.getOrDefault(measure, 0.0);
            means.put(measure, mean + weight * (image.get(measure) - mean));
        }
    }

    /** Returns the mean; NaN before the first image. */
    synchronized double mean(ImageMeasure measure) {
        return means.getOrDefault(measure, Double.NaN);
    }
}
