package io.draem.model;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The model and the photographs of the project. */
public final class TestModels {

    private static final Path ROOT = Path.of(System.getProperty("project.root", "../.."));

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
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        entry.write(0x0A);
        write(entry, key.getBytes(StandardCharsets.UTF_8));
        entry.write(0x12);
        write(entry, value.getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(graph);
        whole.write(14 << 3 | 2);
        write(whole, entry.toByteArray());
        return whole.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, byte[] bytes) {
        int rest = bytes.length;
        for (; rest > 127; rest >>>= 7) {
            out.write(rest & 127 | 128);
        }
        out.write(rest);
        out.writeBytes(bytes);
    }
}
