package io.draem.trainer.tracking;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A published version as MLflow stores it: its files, and the graph as a model of MLflow's ONNX flavor, which
 * {@code mlflow.onnx.load_model("runs:/RUN/model")} loads.
 *
 * @param files to upload
 * @param description content of {@code MLmodel}
 */
record MlflowModel(List<Artifact> files, ObjectNode description) {

    private static final String FOLDER = "model";
    private static final String GRAPH = "model.onnx";

    /**
     * A file of a run.
     *
     * @param path below the run's artifacts
     * @param bytes its size
     */
    record Artifact(String path, long bytes, Content content) {}

    /** Opens the content of a file, once per attempt to send it. */
    interface Content {

        BodyPublisher open() throws IOException;
    }

    /** Describes the files of a version. */
    static MlflowModel of(Path version, String run, Instant now) throws IOException {
        ObjectNode description = JsonMapper.shared().createObjectNode();
        description.put("artifact_path", FOLDER).put("run_id", run);
        description.put("utc_time_created", now.toString().replace('T', ' ').replace("Z", ""));
        description.put("model_size_bytes", Files.size(version.resolve(GRAPH)));
        ObjectNode flavors = description.putObject("flavors");
        flavors.putObject("onnx").put("data", GRAPH).putArray("providers").add("CPUExecutionProvider");
        flavors.putObject("python_function").put("data", GRAPH).put("loader_module", "mlflow.onnx");
        List<Artifact> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(version)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                String name = file.getFileName().toString();
                String path = name.equals(GRAPH) ? FOLDER + "/" + name : name;
                files.add(new Artifact(path, Files.size(file), () -> BodyPublishers.ofFile(file)));
            }
        }
        String text = description.toPrettyString(); // JSON is YAML
        files.add(new Artifact(FOLDER + "/MLmodel", text.length(), () -> BodyPublishers.ofString(text)));
        return new MlflowModel(files, description);
    }
}
