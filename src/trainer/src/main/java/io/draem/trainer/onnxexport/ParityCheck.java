package io.draem.trainer.onnxexport;

import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.NetworkOutputs;
import java.io.IOException;
import java.nio.file.Path;

/** Compares what a written graph gives in ONNX Runtime with what the network gave that it was written from. */
public final class ParityCheck {

    /** Larger differences mean another network, not another order of summing up. */
    public static final double TOLERANCE = 1e-3;

    private ParityCheck() {}

    /**
     * Runs the graph on the images and returns the largest differences.
     *
     * @param images {@code [count, 3, height, width]} of the graph's size
     * @param expected what the network itself gave for them
     * @throws IllegalArgumentException if {@code expected} is not of {@code images}' count and size
     */
    public static Parity check(Path graph, float[] images, NetworkOutputs expected) throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        int count = expected.scores().length;
        try (GraphDetector detector = GraphDetector.open(graph, threads, count)) {
            NetworkOutputs actual = detector.run(images, count);
            return new Parity(
                    count,
                    difference("scores", expected.scores(), actual.scores()),
                    difference("maps", expected.maps(), actual.maps()),
                    difference("reconstructions", expected.reconstructions(), actual.reconstructions()));
        } catch (GraphRefusedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Returns the largest absolute difference; NaN if one of the values is NaN. */
    private static double difference(String name, float[] expected, float[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalArgumentException(
                    "The reference gave " + expected.length + " values as " + name + ", the graph " + actual.length);
        }
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs((double) expected[i] - actual[i]));
        }
        return largest;
    }
}
