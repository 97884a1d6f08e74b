package io.draem.batch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A graph whose weights are in a file of their own. */
class ModelSourceTests {

    private static final String WEIGHTS = "model.onnx.data";

    @TempDir
    Path folder;

    private Path graph;

    @BeforeEach
    void copy() throws IOException {
        Path golden = TestModels.file("src/golden/anomalib");
        graph = Files.copy(golden.resolve("model.onnx"), folder.resolve("other name.onnx"));
        Files.copy(golden.resolve(WEIGHTS), folder.resolve(WEIGHTS));
    }

    @Test
    void executorsGetAllFilesOfAGraphAndOpenItByTheDigestOfAll() throws Exception {
        ShippedModel shipped = ModelSource.ship(TestSpark.session(), graph.toString(), 2);
        assertThat(shipped.digest())
                .isEqualTo(Sha256.hex(GraphFile.read(graph, Long.MAX_VALUE).digest()));
        Files.delete(graph);
        Files.delete(folder.resolve(WEIGHTS));
        try (ExecutorModels.Lease lease = ExecutorModels.lease(shipped)) {
            assertThat(lease.model().card().width()).isPositive();
        }
    }

    @Test
    void anExecutorRefusesWeightsThatAreNotTheDrivers() throws Exception {
        ShippedModel shipped = ModelSource.ship(TestSpark.session(), graph.toString(), 2);
        GraphFiles files = shipped.graph().value();
        LinkedHashMap<String, byte[]> changed = new LinkedHashMap<>(files.files());
        byte[] weights = changed.get(WEIGHTS).clone();
        weights[weights.length / 2]++;
        changed.put(WEIGHTS, weights);
        ShippedModel other = new ShippedModel(
                JavaSparkContext.fromSparkContext(TestSpark.session().sparkContext())
                        .broadcast(new GraphFiles(files.graph(), changed)),
                shipped.digest(),
                shipped.name(),
                shipped.version(),
                1); // a session of its own
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> ExecutorModels.lease(other))
                .withMessageContaining("not that of the driver's, sha256:" + shipped.digest());
    }

    @Test
    void missingAndUnusableWeightsAreNamed() throws Exception {
        Files.delete(folder.resolve(WEIGHTS));
        assertRefused("there is no file:" + folder.resolve(WEIGHTS) + ", which holds weights of the graph");
        Files.createDirectory(folder.resolve(WEIGHTS));
        assertRefused("which is a folder");
        Files.delete(folder.resolve(WEIGHTS));
        Files.createFile(folder.resolve(WEIGHTS));
        assertRefused(WEIGHTS + " is empty");
        Files.writeString(graph, "no graph");
        assertRefused("not an ONNX graph");
    }

    private void assertRefused(String message) {
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> ModelSource.ship(TestSpark.session(), graph.toString(), 2))
                .withMessageContaining(message);
    }
}
