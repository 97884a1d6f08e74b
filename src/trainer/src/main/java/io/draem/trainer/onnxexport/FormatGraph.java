package io.draem.trainer.onnxexport;

import io.draem.model.ModelCard;
import io.draem.trainer.evaluation.GraphDetector;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/** A graph in one format, written and open to be evaluated, that is yet to be given its card. */
public final class FormatGraph implements AutoCloseable {

    private final Path file;
    private final OnnxGraph graph;
    private final GraphDetector detector;
    private final ObjectNode export;
    private boolean open = true;

    FormatGraph(Path file, OnnxGraph graph, GraphDetector detector, ObjectNode export) {
        this.file = file;
        this.graph = graph;
        this.detector = detector;
        this.export = export;
    }

    /** Returns the graph as it will be served. */
    public GraphDetector detector() {
        return detector;
    }

    /** Returns its format, what that format changed, and which layers stayed in float32. */
    public ObjectNode export() {
        return export;
    }

    /** Closes the graph and writes it again with its card. */
    public void finish(ModelCard card) throws IOException {
        close();
        DraemExporter.write(graph, file, card);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            detector.close();
        }
    }
}
