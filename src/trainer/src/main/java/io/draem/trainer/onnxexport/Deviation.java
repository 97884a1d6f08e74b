package io.draem.trainer.onnxexport;

import io.draem.runtime.onnx.ModelOutput;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.GraphDetector;
import java.io.IOException;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far a graph's raw scores and maps are from those of the float32 graph; NaN where a value was NaN.
 *
 * @param images how many images were compared
 * @param largestScore largest absolute difference of the image scores
 * @param meanScore mean absolute difference of the image scores
 * @param largestMap largest absolute difference of the maps' values
 * @param meanMap mean absolute difference of the maps' values
 */
public record Deviation(int images, double largestScore, double meanScore, double largestMap, double meanMap) {

    /** Runs both on an input of up to {@code most} images, evenly taken from the set. */
    static Deviation of(GraphDetector graph, GraphDetector float32, EvaluationSet set, int most) throws IOException {
        int count = Math.min(most, set.size());
        double largestScore = 0;
        double scoreSum = 0;
        double largestMap = 0;
        double mapSum = 0;
        long pixels = 0;
        for (int i = 0; i < count; i++) {
            float[] image = set.load((int) ((long) i * set.size() / count)).sampledInput();
            ModelOutput one = graph.detect(image, 1).get(0);
            ModelOutput other = float32.detect(image, 1).get(0);
            double score = Math.abs((double) one.score() - other.score());
            largestScore = Math.max(largestScore, score);
            scoreSum += score;
            float[] map = one.map().values();
            float[] expected = other.map().values();
            for (int pixel = 0; pixel < map.length; pixel++) {
                double difference = Math.abs((double) map[pixel] - expected[pixel]);
                largestMap = Math.max(largestMap, difference);
                mapSum += difference;
            }
            pixels += map.length;
        }
        return new Deviation(count, largestScore, scoreSum / count, largestMap, mapSum / pixels);
    }

    /** Returns whether every value was a number. */
    boolean isNumber() {
        return !Double.isNaN(largestScore + meanScore + largestMap + meanMap);
    }

    void writeTo(ObjectNode json) {
        json.put("images", images);
        json.putObject("score").put("largest", largestScore).put("mean", meanScore);
        json.putObject("map").put("largest", largestMap).put("mean", meanMap);
    }
}
