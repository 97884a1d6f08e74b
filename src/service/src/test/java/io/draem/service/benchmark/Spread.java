package io.draem.service.benchmark;

import java.util.List;

/** Least, median and largest of some values. */
record Spread(double least, double median, double most) {

    static Spread of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    @Override
    public String toString() {
        return "%.1f (%.1f–%.1f)".formatted(median, least, most);
    }
}
