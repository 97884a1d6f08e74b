package io.draem.score;

import java.util.Arrays;
import java.util.List;

/**
 * Area under the per-region overlap curve (AUPRO) of Bergmann et al., "The MVTec Anomaly Detection Dataset" (IJCV
 * 2021): the share of each ground-truth region that is found, averaged over regions so that small ones count as much as
 * large ones, against the false-positive rate among normal pixels.
 */
public final class Aupro {

    /** The usual limit: beyond three false pixels in ten no map is of use. */
    public static final double FPR_LIMIT = 0.3;

    private Aupro() {}

    /**
     * Returns the area up to a false-positive rate of {@value #FPR_LIMIT}, divided by that limit: 0 to 1.
     *
     * @param anomalous one mask for each map, of as many pixels, rows from the top; its 8-connected components are the
     *     regions
     * @throws IllegalArgumentException if there is no anomalous or no normal pixel, the sizes differ, or a map value is
     *     not a number
     */
    public static double of(List<AnomalyMap> maps, List<boolean[]> anomalous) {
        float[] normal = LabelledScores.of(maps.stream().map(AnomalyMap::values).toList(), anomalous)
                .normal();
        Arrays.parallelSort(normal);
        double sum = 0;
        int regions = 0;
        for (int i = 0; i < maps.size(); i++) {
            AnomalyMap map = maps.get(i);
            boolean[] mask = anomalous.get(i);
            ConnectedComponents components = ConnectedComponents.find(map.width(), map.height(), index -> mask[index]);
            double[] overlap = new double[components.components()];
            int[] area = new int[components.components()];
            for (int run = 0; run < components.runs(); run++) {
                int component = components.component(run);
                for (int x = components.start(run); x < components.end(run); x++) {
                    overlap[component] += areaOf(map.at(x, components.row(run)), normal);
                    area[component]++;
                }
            }
            for (int component = 0; component < area.length; component++) {
                sum += overlap[component] / area[component];
            }
            regions += area.length;
        }
        return sum / regions / FPR_LIMIT;
    }

    /**
     * Returns what one pixel adds to the area under its region's curve. The pixel is found from the false-positive rate
     * at which its score becomes the threshold; where normal pixels have the same score, the curve rises in a straight
     * line from the rate without them to the rate with them.
     */
    private static double areaOf(float score, float[] normal) {
        double total = normal.length;
        double without = (normal.length - firstAbove(normal, score, true)) / total;
        if (without >= FPR_LIMIT) {
            return 0;
        }
        double with = (normal.length - firstAbove(normal, score, false)) / total;
        if (with <= FPR_LIMIT) {
            return FPR_LIMIT - (without + with) / 2;
        }
        return (FPR_LIMIT - without) * (FPR_LIMIT - without) / (2 * (with - without));
    }

    /** Returns the index of the first value above the score ({@code strictly}) or not below it. */
    private static int firstAbove(float[] ascending, float score, boolean strictly) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] < score || (strictly && ascending[middle] == score)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
