package io.draem.score;

/** Finds rows of a scaled map that are entirely at or below a threshold, from the source's rows alone. */
final class RowBounds {

    private final ScaledMap map;
    private final float[] largest;
    private final double threshold;

    RowBounds(ScaledMap map, double threshold) {
        AnomalyMap source = map.source();
        this.map = map;
        this.threshold = threshold;
        this.largest = new float[source.height()];
        for (int y = 0; y < largest.length; y++) {
            float max = Float.NEGATIVE_INFINITY;
            float largestMagnitude = 0;
            for (int i = y * source.width(); i < (y + 1) * source.width(); i++) {
                max = Math.max(max, source.values()[i]);
                largestMagnitude = Math.max(largestMagnitude, Math.abs(source.values()[i]));
            }
            // Rounding may lift an interpolated value a little above the values that it is between.
            largest[y] = max + 8 * Math.ulp(largestMagnitude);
        }
    }

    /** Returns whether a row may have a value above the threshold; where it returns false there is none. */
    boolean mayExceed(int y) {
        int above = map.above(map.sourceY(y));
        return !(Math.max(largest[above], largest[map.below(above)]) <= threshold);
    }
}
