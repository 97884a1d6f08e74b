package io.draem.trainer.tracking;

import io.draem.trainer.checkpoint.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file in the folder of the checkpoints that names the runs of a training, so that a resumed training continues in them. It
 * is written with each checkpoint: without one there is nothing to continue.
 */
final class RunNames {

    private static final String FILE = "tracking.json";
    private static final String RUN = "run";
    private static final String MLFLOW_RUN = "mlflowRun";
    private static final int LONGEST = 10_000;

    /** The name of a model, which is no path, and a time. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*-\\d{8}-\\d{6}");

    private final Path file;
    private final PrintWriter log;
    private @Nullable Names written;

    /**
     * The names.
     *
     * @param run name of the training's run, and of its folder for TensorBoard
     * @param mlflowRun identity of the run that MLflow gave; null where it has given none
     */
    record Names(String run, @Nullable String mlflowRun) {}

    RunNames(Path folder, PrintWriter log) {
        this.file = folder.resolve(FILE);
        this.log = log;
    }

    /** Returns what was written; null, with a warning if it is damaged, where there is nothing. */
    @Nullable
    Names read() {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            JsonNode json = !Files.isRegularFile(file) || Files.size(file) > LONGEST
                    ? JsonMapper.shared().createObjectNode()
                    : JsonMapper.shared().readTree(Files.readString(file));
            JsonNode run = json.path(RUN);
            JsonNode mlflowRun = json.path(MLFLOW_RUN);
            if (run.isString() && NAME.matcher(run.stringValue()).matches()) {
                return new Names(run.stringValue(), mlflowRun.isString() ? mlflowRun.stringValue() : null);
            }
        } catch (IOException | JacksonException e) {
            // As a file without names.
        }
        warn("the training is shown as another run than before: " + file + " cannot be read");
        return null;
    }

    void write(Names names) {
        if (names.equals(written)) {
            return;
        }
        ObjectNode json = JsonMapper.shared().createObjectNode().put(RUN, names.run());
        if (names.mlflowRun() != null) {
            json.put(MLFLOW_RUN, names.mlflowRun());
        }
        try {
            AtomicFile.write(file, json.toString().getBytes(StandardCharsets.UTF_8));
            written = names;
        } catch (IOException e) {
            warn("a resumed training will be shown as another run: cannot write " + file + ": " + e.getMessage());
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            warn("a resumed training may be shown in another run: cannot delete " + file + ": " + e.getMessage());
        }
    }

    private void warn(String text) {
        log.println("warning: " + text);
        log.flush();
    }
}
