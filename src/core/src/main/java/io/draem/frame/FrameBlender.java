package io.draem.frame;

import io.draem.image.PixelBytes;
import io.draem.image.RgbImage;
import io.draem.score.AnomalyMap;
import io.draem.score.RowMask;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Joins what the network returns for the inputs of a frame to one score and one map. Used by one thread at a time; inputs
 * come in increasing order, each once.
 */
public final class FrameBlender {

    /** What becomes of the reconstructions. */
    public enum Reconstruction {
        NONE,
        /** A picture of 8 bits. */
        RGB,
        /** {@code [3, height, width]} as floats. */
        PLANES
    }

    private final FramePlan plan;
    private final FrameScore score;
    private final Reconstruction reconstruction;
    private final float[] blended;
    private final @Nullable ReconstructionRows rows;

    private float graphScore;
    private @Nullable AnomalyMap wholeMap;
    private float @Nullable [] wholePlanes;
    private int next;

    /**
     * Makes a blender of one frame.
     *
     * @param score where the image score comes from
     * @throws IllegalArgumentException if the score cannot come from the graph
     */
    public FrameBlender(FramePlan plan, FrameScore score, Reconstruction reconstruction) {
        if (score == FrameScore.GRAPH && (plan.tiled() || plan.regionOfInterest() != null)) {
            throw new IllegalArgumentException(
                    "The score of tiles and regions of interest does not come from the graph");
        }
        this.plan = plan;
        this.score = score;
        this.reconstruction = reconstruction;
        this.blended = plan.tiled() ? new float[plan.frame().pixels()] : new float[0];
        this.rows = plan.tiled() && reconstruction != Reconstruction.NONE
                ? new ReconstructionRows(plan, reconstruction == Reconstruction.RGB)
                : null;
    }

    /**
     * Adds the output of an input.
     *
     * @param input the input after the one that was added last
     * @param inputScore the graph's score
     * @param map the graph's map, of the input's size where the frame is cut; kept where it is not
     * @param planes the graph's reconstruction; null for none
     * @throws IllegalStateException if another input is next
     * @throws IllegalArgumentException if the map is of another size
     */
    public void add(int input, float inputScore, AnomalyMap map, float @Nullable [] planes) {
        if (input != next || input >= plan.inputs()) {
            throw new IllegalStateException(
                    "Input " + input + " of " + plan.inputs() + " was added, but " + next + " is next");
        }
        next++;
        if (!plan.tiled()) {
            graphScore = inputScore;
            wholeMap = map;
            wholePlanes = planes;
            return;
        }
        if (map.width() != plan.input().width() || map.height() != plan.input().height()) {
            throw new IllegalArgumentException(
                    "The map of a tile of " + plan.input() + " pixels has " + map.width() + "x" + map.height());
        }
        blend(input, map.values());
        if (rows != null && planes != null) {
            rows.add(input, planes);
        }
    }

    private void blend(int input, float[] values) {
        int frameWidth = plan.frame().width();
        int width = plan.input().width();
        int left = plan.left(input);
        int top = plan.top(input);
        float[] across = plan.columns().weights()[plan.column(input)];
        float[] down = plan.rows().weights()[plan.row(input)];
        int from = Math.max(0, -left);
        int end = Math.min(width, frameWidth - left);
        int last = Math.min(plan.input().height(), plan.frame().height() - top);
        for (int y = Math.max(0, -top); y < last; y++) {
            if (down[y] != 0) {
                addRow(
                        values,
                        y * width + from,
                        across,
                        from,
                        down[y],
                        blended,
                        (top + y) * frameWidth + left + from,
                        end - from);
            }
        }
    }

    /** Adds a weighted row; one plain loop, which vectorizes. */
    static void addRow(
            float[] values, int at, float[] across, int column, float down, float[] sum, int out, int length) {
        for (int i = 0; i < length; i++) {
            sum[out + i] += down * across[column + i] * values[at + i];
        }
    }

    /**
     * Returns the score and the map of the frame; the blender is of no use afterwards.
     *
     * @throws IllegalStateException if an input is missing
     */
    public FrameResult finish() {
        if (next != plan.inputs()) {
            throw new IllegalStateException("Only " + next + " of " + plan.inputs() + " inputs were added");
        }
        if (!plan.tiled()) {
            return whole(Objects.requireNonNull(wholeMap));
        }
        AnomalyMap map = new AnomalyMap(plan.frame().width(), plan.frame().height(), blended);
        clearOutside(map, plan.region());
        RgbImage picture = rows != null ? rows.picture() : null;
        return new FrameResult(score.of(map), map, picture, rows != null ? rows.planes() : null);
    }

    private FrameResult whole(AnomalyMap output) {
        AnomalyMap map = output;
        RowMask region = plan.region(output.width(), output.height());
        if (region != null) {
            map = new AnomalyMap(
                    output.width(), output.height(), output.values().clone());
            clearOutside(map, region);
        }
        RgbImage picture = reconstruction == Reconstruction.RGB && wholePlanes != null
                ? PixelBytes.ofPlanes(
                                wholePlanes, plan.input().width(), plan.input().height())
                        .toRgb()
                : null;
        return new FrameResult(
                score == FrameScore.GRAPH ? graphScore : score.of(map),
                map,
                picture,
                reconstruction == Reconstruction.PLANES ? wholePlanes : null);
    }

    private static void clearOutside(AnomalyMap map, @Nullable RowMask region) {
        if (region == null) {
            return;
        }
        int[] bounds = new int[2 * region.maxRuns()];
        for (int y = 0; y < map.height(); y++) {
            int start = y * map.width();
            int runs = region.runs(y, bounds);
            int from = 0;
            for (int run = 0; run < runs; run++) {
                Arrays.fill(map.values(), start + from, start + bounds[2 * run], 0);
                from = bounds[2 * run + 1];
            }
            Arrays.fill(map.values(), start + from, start + map.width(), 0);
        }
    }
}
