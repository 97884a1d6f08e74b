package io.draem.score;

/**
 * The part of a region in the rows that have been read. A component that was joined to another one refers to it (union
 * by reference, path halving).
 */
final class RegionComponent {

    private RegionComponent parent = this;
    int firstX;
    int firstY;
    int left;
    int right;
    int bottom;
    int area;
    double sumX;
    double sumY;
    double sum;
    float peak = Float.NEGATIVE_INFINITY;
    boolean finished;

    RegionComponent(int firstX, int firstY) {
        this.firstX = firstX;
        this.firstY = firstY;
        this.left = firstX;
    }

    /** Adds a run of a row; {@code end} is exclusive. */
    void add(int row, int start, int end, double runSum, float runPeak) {
        int length = end - start;
        left = Math.min(left, start);
        right = Math.max(right, end);
        bottom = row + 1;
        area += length;
        sumX += 0.5 * length * ((double) start + end);
        sumY += length * (row + 0.5);
        sum += runSum;
        peak = Math.max(peak, runPeak);
    }

    /** Adds the pixels of another component to this one, and returns this one. */
    RegionComponent join(RegionComponent other) {
        if (other == this) {
            return this;
        }
        other.parent = this;
        if (other.firstY < firstY || other.firstY == firstY && other.firstX < firstX) {
            firstX = other.firstX;
            firstY = other.firstY;
        }
        left = Math.min(left, other.left);
        right = Math.max(right, other.right);
        bottom = Math.max(bottom, other.bottom);
        area += other.area;
        sumX += other.sumX;
        sumY += other.sumY;
        sum += other.sum;
        peak = Math.max(peak, other.peak);
        return this;
    }

    /** Returns the component that this one was joined to, or itself. */
    RegionComponent root() {
        RegionComponent root = this;
        while (root.parent != root) {
            root.parent = root.parent.parent;
            root = root.parent;
        }
        return root;
    }
}
