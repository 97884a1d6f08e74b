package io.draem.trainer.evaluation.metrics;

import org.jspecify.annotations.Nullable;

/** Counts of pixels per bin of {@link ScoreBins}, in pages that are allocated when a value falls into them. */
final class BinCounts {

    private static final int PAGE_BITS = 10;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int PAGES = (ScoreBins.COUNT >> PAGE_BITS) + 1;

    // Pixels of many images may share one value, hence long.
    private final long[] @Nullable [] normalPages = new long[PAGES][];
    private final long[] @Nullable [] anomalousPages = new long[PAGES][];

    /** For each bin the sum over regions of the share of the region's pixels in that bin. */
    private final double[] @Nullable [] regionPages = new double[PAGES][];

    /** Takes the counts of one bin. */
    interface Visitor {

        void visit(int bin, long normal, long anomalous, double regions);
    }

    /** Adds counts to a bin. */
    void add(int bin, long normal, long anomalous, double regions) {
        if (normal > 0) {
            page(normalPages, bin)[bin % PAGE] += normal;
        }
        if (anomalous > 0) {
            page(anomalousPages, bin)[bin % PAGE] += anomalous;
        }
        if (regions > 0) {
            int number = bin >> PAGE_BITS;
            if (regionPages[number] == null) {
                regionPages[number] = new double[PAGE];
            }
            regionPages[number][bin % PAGE] += regions;
        }
    }

    /** Visits the bins with pixels, the highest values first. */
    void visit(Visitor visitor) {
        for (int number = PAGES - 1; number >= 0; number--) {
            long[] normals = normalPages[number];
            long[] anomalies = anomalousPages[number];
            if (normals == null && anomalies == null) {
                continue;
            }
            double[] shares = regionPages[number];
            int first = number << PAGE_BITS;
            for (int i = PAGE - 1; i >= 0; i--) {
                long normal = normals == null ? 0 : normals[i];
                long anomalous = anomalies == null ? 0 : anomalies[i];
                if (normal + anomalous > 0) {
                    visitor.visit(first + i, normal, anomalous, shares == null ? 0 : shares[i]);
                }
            }
        }
    }

    private static long[] page(long[] @Nullable [] pages, int bin) {
        int number = bin >> PAGE_BITS;
        if (pages[number] == null) {
            pages[number] = new long[PAGE];
        }
        return pages[number];
    }
}
