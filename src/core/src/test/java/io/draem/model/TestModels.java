package io.draem.model;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The model and the photographs of the project. */
public final class TestModels {

    /** Benchmarks run in the root, an IDE runs tests in their module. */
    private static final Path ROOT =
            Path.of(System.getProperty("project.root", Files.isDirectory(Path.of("src", "models")) ? "." : "../.."));

    private TestModels() {}

    /** Returns the model directory. */
    public static Path directory() {
        return Path.of(System.getProperty(
                "draem.test.models", ROOT.resolve("src/models").toString()));
    }

    /** Returns the name of the model. */
    public static String name() {
        return "cookie";
    }

    /** Returns the graph of the model. */
    public static Path graph() {
        return directory().resolve(name()).resolve("1").resolve("model.onnx");
    }

    /** Returns a file of the project. */
    public static Path file(String path) {
        return ROOT.resolve(path);
    }

    /** Returns the photograph of a broken cookie. */
    public static Path broken() {
        return file("src/data/cookie/test/broken/000.jpg");
    }

    /** Returns the photograph of a good cookie. */
    public static Path good() {
        return file("src/data/cookie/test/good/001.jpg");
    }

    /** Returns a graph with an entry of metadata appended; of several of one key the last one counts. */
    public static byte[] withMetadata(byte[] graph, String key, String value) {
        return join(graph, part(14, join(part(1, utf8(key)), part(2, utf8(value)))));
    }

    /**
     * Returns a graph that changes each pixel for itself, so that tiles join to what the whole frame would give: the map is
     * the mean of the channels' fourth powers, above both thresholds of 0.5 from a brightness of 0.841 on, the score its
     * largest value, and the reconstruction the input.
     */
    public static byte[] tiled(FrameSize tile, Framing framing) {
        JsonMapper json = JsonMapper.shared();
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
        ModelCard card = new ModelCard(
                        "tiled",
                        tile.width(),
                        tile.height(),
                        calibration,
                        json.createObjectNode(),
                        json.createObjectNode())
                .withFraming(framing);
        String[] sides = {"batch", "3", Integer.toString(tile.height()), Integer.toString(tile.width())};
        // In the numbers of onnx.proto: nodes 1, inputs 11, outputs 12; the axes of a reduction are the last argument.
        byte[] graph = join(
                part(1, node("Mul", "square", List.of("input", "input"))),
                part(1, node("Mul", "fourth", List.of("square", "square"))),
                part(1, node("ReduceMean", "anomaly_map", List.of("fourth"), 1)),
                part(1, node("ReduceMax", "pred_score", List.of("anomaly_map"), 1, 2)),
                part(1, node("Identity", "reconstruction", List.of("input"))),
                part(2, utf8("tiled")),
                part(11, tensor("input", sides)),
                part(12, tensor("pred_score", sides[0])),
                part(12, tensor("anomaly_map", sides[0], sides[2], sides[3])),
                part(12, tensor("reconstruction", sides)));
        byte[] model = join(number(1, 7), part(7, graph), part(8, join(part(1, new byte[0]), number(2, 13))));
        for (Map.Entry<String, String> entry : card.toMetadata().entrySet()) {
            model = withMetadata(model, entry.getKey(), entry.getValue());
        }
        return model;
    }

    private static byte[] node(String operator, String output, List<String> inputs, int... axes) {
        ByteArrayOutputStream node = new ByteArrayOutputStream();
        inputs.forEach(input -> node.writeBytes(part(1, utf8(input))));
        node.writeBytes(part(2, utf8(output)));
        node.writeBytes(part(4, utf8(operator)));
        if (axes.length > 0) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(part(1, utf8("axes")));
            for (int axis : axes) {
                all.writeBytes(number(8, axis));
            }
            all.writeBytes(number(20, 7));
            node.writeBytes(part(5, all.toByteArray()));
            node.writeBytes(part(5, join(part(1, utf8("keepdims")), number(3, 0), number(20, 2))));
        }
        return node.toByteArray();
    }

    /** A float32 tensor; the side that is a name is dynamic. */
    private static byte[] tensor(String name, String... sides) {
        ByteArrayOutputStream shape = new ByteArrayOutputStream();
        for (String side : sides) {
            boolean named = Character.isLetter(side.charAt(0));
            shape.writeBytes(part(1, named ? part(2, utf8(side)) : number(1, Integer.parseInt(side))));
        }
        byte[] type = part(1, join(number(1, 1), part(2, shape.toByteArray())));
        return join(part(1, utf8(name)), part(2, type));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] number(int field, int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, field << 3);
        write(out, value);
        return out.toByteArray();
    }

    private static byte[] part(int field, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, field << 3 | 2);
        write(out, value);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, byte[] bytes) {
        write(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void write(ByteArrayOutputStream out, int number) {
        int rest = number;
        for (; rest > 127; rest >>>= 7) {
            out.write(rest & 127 | 128);
        }
        out.write(rest);
    }
}
