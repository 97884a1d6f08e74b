package io.draem.image.vp8;

/** Filters the samples along one edge of a macroblock or of a block inside it (RFC 6386, section 15). */
final class EdgeFilter {

    private EdgeFilter() {}

    /** The simple filter: changes one sample on each side of an edge of luma. */
    static void simple(Plane plane, int at, int along, int across, int length, int limit) {
        byte[] samples = plane.samples;
        int threshold = 2 * limit + 1;
        for (int i = 0; i < length; i++, at += along) {
            if (isSmooth(samples, at, across, threshold)) {
                two(samples, at, across);
            }
        }
    }

    /**
     * The normal filter: changes up to three samples on each side of an edge.
     *
     * @param at index of the first sample after the edge
     * @param along distance of samples along the edge
     * @param across distance of samples across it
     * @param inner whether the edge is inside a macroblock
     */
    static void normal(
            Plane plane,
            int at,
            int along,
            int across,
            int length,
            int limit,
            int inside,
            int variance,
            boolean inner) {
        byte[] samples = plane.samples;
        int threshold = 2 * limit + 1;
        for (int i = 0; i < length; i++, at += along) {
            if (!isSmooth(samples, at, across, threshold) || !isSmoothInside(samples, at, across, inside)) {
                continue;
            }
            int p1 = samples[at - 2 * across] & 0xFF;
            int p0 = samples[at - across] & 0xFF;
            int q0 = samples[at] & 0xFF;
            int q1 = samples[at + across] & 0xFF;
            if (Math.abs(p1 - p0) > variance || Math.abs(q1 - q0) > variance) {
                two(samples, at, across);
            } else if (inner) {
                four(samples, at, across, p1, p0, q0, q1);
            } else {
                six(samples, at, across, p1, p0, q0, q1);
            }
        }
    }

    private static boolean isSmooth(byte[] samples, int at, int across, int threshold) {
        int p1 = samples[at - 2 * across] & 0xFF;
        int p0 = samples[at - across] & 0xFF;
        int q0 = samples[at] & 0xFF;
        int q1 = samples[at + across] & 0xFF;
        return 4 * Math.abs(p0 - q0) + Math.abs(p1 - q1) <= threshold;
    }

    private static boolean isSmoothInside(byte[] samples, int at, int across, int inside) {
        int p3 = samples[at - 4 * across] & 0xFF;
        int p2 = samples[at - 3 * across] & 0xFF;
        int p1 = samples[at - 2 * across] & 0xFF;
        int p0 = samples[at - across] & 0xFF;
        int q0 = samples[at] & 0xFF;
        int q1 = samples[at + across] & 0xFF;
        int q2 = samples[at + 2 * across] & 0xFF;
        int q3 = samples[at + 3 * across] & 0xFF;
        return Math.abs(p3 - p2) <= inside
                && Math.abs(p2 - p1) <= inside
                && Math.abs(p1 - p0) <= inside
                && Math.abs(q3 - q2) <= inside
                && Math.abs(q2 - q1) <= inside
                && Math.abs(q1 - q0) <= inside;
    }

    private static void two(byte[] samples, int at, int across) {
        int p1 = samples[at - 2 * across] & 0xFF;
        int p0 = samples[at - across] & 0xFF;
        int q0 = samples[at] & 0xFF;
        int q1 = samples[at + across] & 0xFF;
        int step = 3 * (q0 - p0) + signedByte(p1 - q1);
        samples[at - across] = sample(p0 + small((step + 3) >> 3));
        samples[at] = sample(q0 - small((step + 4) >> 3));
    }

    private static void four(byte[] samples, int at, int across, int p1, int p0, int q0, int q1) {
        int step = 3 * (q0 - p0);
        int behind = small((step + 4) >> 3);
        int before = small((step + 3) >> 3);
        int outer = (behind + 1) >> 1;
        samples[at - 2 * across] = sample(p1 + outer);
        samples[at - across] = sample(p0 + before);
        samples[at] = sample(q0 - behind);
        samples[at + across] = sample(q1 - outer);
    }

    private static void six(byte[] samples, int at, int across, int p1, int p0, int q0, int q1) {
        int p2 = samples[at - 3 * across] & 0xFF;
        int q2 = samples[at + 2 * across] & 0xFF;
        int step = signedByte(3 * (q0 - p0) + signedByte(p1 - q1));
        int nearest = (27 * step + 63) >> 7;
        int next = (18 * step + 63) >> 7;
        int farthest = (9 * step + 63) >> 7;
        samples[at - 3 * across] = sample(p2 + farthest);
        samples[at - 2 * across] = sample(p1 + next);
        samples[at - across] = sample(p0 + nearest);
        samples[at] = sample(q0 - nearest);
        samples[at + across] = sample(q1 - next);
        samples[at + 2 * across] = sample(q2 - farthest);
    }

    private static int signedByte(int value) {
        return Math.max(-128, Math.min(127, value));
    }

    private static int small(int value) {
        return Math.max(-16, Math.min(15, value));
    }

    private static byte sample(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
