package io.draem.service;

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
}
