package io.draem.deployment;

import java.nio.file.Path;

/** The checkout that is tested. */
final class Project {

    private static final Path ROOT = Path.of(System.getProperty("project.root", "../.."))
            .toAbsolutePath()
            .normalize();

    private Project() {}

    static Path resolve(String path) {
        return ROOT.resolve(path);
    }
}
