package io.draem.batch.model;

import io.draem.batch.BatchException;
import io.draem.model.ModelDirectory;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.GraphDescription;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.text.Sha256;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/** Finds a graph, checks it in the driver, and broadcasts it to the executors. */
public final class ModelSource {

    private ModelSource() {}

    /**
     * Ships a graph.
     *
     * @param model the file of a graph, the folder of a version, or that of a model, whose highest version is taken; on any
     *     file system that Hadoop knows
     * @param batchSize largest batch of a run, if the graph takes one
     * @throws BatchException if there is no graph that can be run
     */
    public static ShippedModel ship(SparkSession spark, String model, int batchSize)
            throws BatchException, IOException {
        Path path = new Path(model);
        FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
        Path graph = graph(files, path, model);
        try {
            GraphFiles read = GraphFiles.read(files, graph);
            // Not files of the application: executors that started after others were lost did not find them.
            Broadcast<GraphFiles> shipped =
                    JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(read);
            String parent = graph.getParent() == null ? "" : graph.getParent().getName();
            try (GraphFiles.Local local = read.local()) {
                GraphFile file = local.graph();
                GraphDescription description = new ModelOpener(ExecutionOptions.cpu(1, batchSize)).describe(file);
                return new ShippedModel(
                        shipped,
                        Sha256.hex(file.digest()),
                        description.card().model(),
                        ModelDirectory.isVersion(parent) ? parent : null,
                        description.maxBatchSize());
            }
        } catch (GraphRefusedException e) {
            throw new BatchException("--model " + graph + " cannot be run: " + e.getMessage(), e);
        } catch (ProviderUnavailableException e) {
            throw new BatchException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Path graph(FileSystem files, Path path, String model) throws BatchException, IOException {
        FileStatus status;
        try {
            status = files.getFileStatus(path);
        } catch (FileNotFoundException e) {
            throw new BatchException("--model " + model + ": there is no such file or folder", e);
        }
        if (status.isFile()) {
            return status.getPath();
        }
        Path own = new Path(status.getPath(), ModelDirectory.GRAPH);
        if (files.exists(own)) {
            return own;
        }
        List<FileStatus> versions = Arrays.stream(files.listStatus(status.getPath()))
                .filter(child -> child.isDirectory()
                        && ModelDirectory.isVersion(child.getPath().getName()))
                .toList();
        Optional<Path> highest = versions.stream()
                .map(FileStatus::getPath)
                .max(Comparator.comparingInt(
                        version -> ModelDirectory.version(version.getName()).orElseThrow()));
        if (highest.isEmpty() || !files.exists(new Path(highest.get(), ModelDirectory.GRAPH))) {
            throw new BatchException(
                    "--model " + model + " holds no " + ModelDirectory.GRAPH
                            + ", neither by itself nor in its highest version: name the graph, or the folder of a version or model");
        }
        return new Path(highest.get(), ModelDirectory.GRAPH);
    }
}
