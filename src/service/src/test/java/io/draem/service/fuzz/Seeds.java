package io.draem.service.fuzz;

import io.draem.model.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the fuzzers start from. */
final class Seeds {

    private Seeds() {}

    /** Returns small images of every format. */
    static List<byte[]> images() throws IOException {
        List<byte[]> images = new ArrayList<>();
        try (Stream<Path> files = Files.walk(TestModels.file("src/core/src/test/resources/io/draem/image"))) {
            for (Path file : files.sorted().toList()) {
                boolean image = Files.isRegularFile(file) && !file.toString().matches(".*\\.(txt|md|expected\\.png)");
                if (image && Files.size(file) < 20_000) {
                    images.add(Files.readAllBytes(file));
                }
            }
        }
        return images;
    }

    static int inputs(int few) {
        return Integer.getInteger("fuzz.inputs", few);
    }

    static long seed() {
        return Long.getLong("fuzz.seed", 20_261_124);
    }
}
