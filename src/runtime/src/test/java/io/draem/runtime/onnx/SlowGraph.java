package io.draem.runtime.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes small graphs that follow the contract: slow ones, and ones whose results are not usable. */
public final class SlowGraph {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private SlowGraph() {}

    /**
     * Returns a file that multiplies matrices one after the other, as many as a test needs time; its input is
     * {@code [batch, 3, size, size]}.
     */
    public static byte[] of(int size, int products, Map<String, String> metadata) {
        SlowGraph graph = new SlowGraph();
        String last = "input";
        for (int i = 0; i < products; i++) {
            graph.add("MatMul", "product" + i, last, last);
            graph.add("Tanh", "x" + i, "product" + i); // keeps values within 0 to 1
            last = "x" + i;
        }
        return graph.file(size, size, last, last, metadata);
    }

    /** Returns a file whose map is NaN where the image is black, with a score that is the image's largest value. */
    public static byte[] undefinedWhereBlack(int size, Map<String, String> metadata) {
        SlowGraph graph = new SlowGraph();
        graph.add("Div", "ratio", "input", "input");
        return graph.file(size, size, "input", "ratio", metadata);
    }

    /** Returns a file whose map is NaN where the image is white, with a score that is the image's largest value. */
    public static byte[] undefinedWhereWhite(int size, Map<String, String> metadata) {
        SlowGraph graph = new SlowGraph();
        graph.add("Sub", "zero", "input", "input");
        graph.add("Exp", "one", "zero");
        graph.add("Sub", "dark", "one", "input");
        graph.add("Div", "ratio", "dark", "dark");
        return graph.file(size, size, "input", "ratio", metadata);
    }

    /** Returns a file whose map is the image, the mean of its channels, and whose score is the image's largest value. */
    public static byte[] image(int width, int height, Map<String, String> metadata) {
        return new SlowGraph().file(width, height, "input", "input", metadata);
    }

    /** Returns a file whose score and map are those of the squared image. */
    public static byte[] squared(int size, Map<String, String> metadata) {
        SlowGraph graph = new SlowGraph();
        graph.add("Mul", "square", "input", "input");
        return graph.file(size, size, "square", "square", metadata);
    }

    /** Returns a file whose score is always NaN, or its map; the other one is the image's. */
    public static byte[] undefined(int size, boolean score, Map<String, String> metadata) {
        SlowGraph graph = new SlowGraph();
        graph.add("Sub", "zero", "input", "input");
        graph.add("Div", "undefined", "zero", "zero");
        return graph.file(size, size, score ? "undefined" : "input", score ? "input" : "undefined", metadata);
    }

    /** Returns a file whose score is above 1, or its map. */
    public static byte[] tooLarge(int size, boolean score, Map<String, String> metadata) {
        SlowGraph graph = new SlowGraph();
        graph.add("Exp", "large", "input");
        return graph.file(size, size, score ? "large" : "input", score ? "input" : "large", metadata);
    }

    /** Returns a file whose result for an image depends on the others in its batch. */
    public static byte[] ofTheWholeBatch(int size, Map<String, String> metadata) {
        SlowGraph graph = new SlowGraph();
        graph.add(
                1,
                new SlowGraph()
                        .add(1, "input")
                        .add(2, "share")
                        .add(4, "Softmax")
                        .add(5, new SlowGraph().add(1, "axis").add(3, 0).add(20, 2)));
        return graph.file(size, size, "share", "share", metadata);
    }

    private void add(String operator, String output, String... inputs) {
        SlowGraph node = new SlowGraph();
        for (String input : inputs) {
            node.add(1, input);
        }
        add(1, node.add(2, output).add(4, operator));
    }

    private byte[] file(int width, int height, String scored, String mapped, Map<String, String> metadata) {
        SlowGraph graph = this;
        graph.add(1, reduce("ReduceMax", scored, "pred_score", 1, 2, 3));
        graph.add(1, reduce("ReduceMean", mapped, "anomaly_map", 1));
        graph.add(2, "slow");
        graph.add(11, value("input", 0, 3, height, width));
        graph.add(12, value("pred_score", 0));
        graph.add(12, value("anomaly_map", 0, height, width));
        SlowGraph model = new SlowGraph()
                .add(1, 8)
                .add(7, graph)
                .add(8, new SlowGraph().add(1, "").add(2, 13));
        metadata.forEach(
                (key, text) -> model.add(14, new SlowGraph().add(1, key).add(2, text)));
        return model.out.toByteArray();
    }

    private static SlowGraph reduce(String operator, String input, String output, int... axes) {
        SlowGraph all = new SlowGraph().add(1, "axes");
        for (int axis : axes) {
            all.add(8, axis);
        }
        return new SlowGraph()
                .add(1, input)
                .add(2, output)
                .add(4, operator)
                .add(5, all.add(20, 7))
                .add(5, new SlowGraph().add(1, "keepdims").add(3, 0).add(20, 2));
    }

    /** A float32 tensor; a side of 0 is dynamic. */
    private static SlowGraph value(String name, int... shape) {
        SlowGraph dimensions = new SlowGraph();
        for (int side : shape) {
            dimensions.add(1, side == 0 ? new SlowGraph().add(2, "batch") : new SlowGraph().add(1, side));
        }
        SlowGraph tensor = new SlowGraph().add(1, 1).add(2, dimensions);
        return new SlowGraph().add(1, name).add(2, new SlowGraph().add(1, tensor));
    }

    private SlowGraph add(int field, int value) {
        number(field << 3);
        number(value);
        return this;
    }

    private SlowGraph add(int field, String text) {
        return add(field, text.getBytes(StandardCharsets.UTF_8));
    }

    private SlowGraph add(int field, SlowGraph message) {
        return add(field, message.out.toByteArray());
    }

    private SlowGraph add(int field, byte[] bytes) {
        number(field << 3 | 2);
        number(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    private void number(int value) {
        int rest = value;
        for (; rest > 127; rest >>>= 7) {
            out.write(rest & 127 | 128);
        }
        out.write(rest);
    }
}
