package io.draem.trainer.training;

import io.draem.trainer.loss.LossParts;
import java.util.Arrays;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The losses of a training, averaged over stretches of steps, and its speed. */
public final class TrainingCurve {

    /** Enough for a smooth picture, few enough for the metadata of a graph. */
    private static final int POINTS = 100;

    private final long stretch;
    private final int batchSize;
    private final long start = System.nanoTime();
    private final ArrayNode points = JsonNodeFactory.instance.arrayNode();
    private final double[] sums = new double[5];
    private int summed;
    private double rate;
    private long done;
    private double seconds;
    private double waitedShare;

    TrainingCurve(long steps, int batchSize) {
        this.stretch = Math.max(1, steps / POINTS);
        this.batchSize = batchSize;
    }

    void add(long step, LossParts loss, double learningRate) {
        sums[0] += loss.total();
        sums[1] += loss.l2();
        sums[2] += loss.ssim();
        sums[3] += loss.focal();
        sums[4] += loss.sspcab();
        summed++;
        rate = learningRate;
        done = step + 1;
        if (summed == stretch) {
            addPoint();
        }
    }

    private void addPoint() {
        points.addObject()
                .put("step", done)
                .put("total", sums[0] / summed)
                .put("l2", sums[1] / summed)
                .put("ssim", sums[2] / summed)
                .put("focal", sums[3] / summed)
                .put("sspcab", sums[4] / summed)
                .put("learningRate", rate);
        Arrays.fill(sums, 0);
        summed = 0;
    }

    void finish(double waitedSeconds) {
        if (summed > 0) { // the steps after the last whole stretch
            addPoint();
        }
        seconds = (System.nanoTime() - start) / 1e9;
        waitedShare = waitedSeconds / seconds;
    }

    /** Returns training images a second, data loading included. */
    public double imagesPerSecond() {
        return done * batchSize / seconds;
    }

    /** Writes steps, seconds, images a second, the share of time that the loop waited for data, and the loss curve. */
    public void writeTo(ObjectNode json) {
        json.put("steps", done);
        json.put("seconds", seconds);
        json.put("imagesPerSecond", imagesPerSecond());
        json.put("waitedForDataShare", waitedShare);
        json.set("lossCurve", points);
    }
}
