package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.trainer.workflow.Predictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Three images that are examined several times, and the lines of the last time that was completed. */
abstract class PredictionRuns {

    /** Field that no run writes: lines that have it were not examined again. */
    private static final String MARK = "mark";

    @TempDir
    Path folder;

    Path model;
    Path images;
    Path output;
    Path whole;
    Path part;

    @BeforeEach
    void paintThreeImages() throws IOException {
        model = Painted.model(folder.resolve("model.onnx"));
        images = folder.resolve("images");
        output = folder.resolve("out");
        whole = output.resolve(Predictions.FILE);
        part = output.resolve(Predictions.FILE + ".part");
        Painted.image(images.resolve("a.png"), 20);
        Painted.image(images.resolve("b.png"), 240);
        Painted.image(images.resolve("c/c.png"), 30);
    }

    final CommandRun run(int code, String... more) {
        CommandRun run = Painted.predict(model, images, output, more);
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
        return run;
    }

    final List<JsonNode> lines() throws IOException {
        return Files.readAllLines(whole).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    final void mark() throws IOException {
        List<String> marked = new ArrayList<>();
        lines().forEach(line -> marked.add(((ObjectNode) line).put(MARK, true).toString()));
        Files.write(whole, marked);
    }

    final List<String> marked() throws IOException {
        return lines().stream()
                .filter(line -> line.has(MARK))
                .map(line -> line.get("path").asString())
                .toList();
    }
}
