package io.draem.trainer.checkpoint.imported;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.ModelCard;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.onnxexport.DraemExporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ImportGoldenTests {

    private static final float TOLERANCE = 1e-4f;

    @TempDir
    Path folder;

    @Test
    void anomalibsCheckpointGivesItsRawValues() throws Exception {
        ImportedFolder golden = ImportedFolder.read("anomalib");
        ImportedNetwork network = ImportedNetwork.read(golden.files(".ckpt"));
        requireOptions(network, golden);
        float[] images = golden.floats("input");
        for (NetworkOutputs outputs : bothRuntimes(network, golden, images)) {
            assertClose(outputs.maps(), golden.floats("raw_anomaly_map"));
            assertClose(outputs.scores(), golden.floats("raw_pred_score"));
        }
    }

    @Test
    void anomalibsStatisticsAreKept() throws Exception {
        ImportedFolder golden = ImportedFolder.read("anomalib");
        JsonNode expected = golden.description();
        Statistics statistics =
                ImportedNetwork.read(golden.files(".ckpt")).statistics().orElseThrow();
        assertThat(new double[] {
                    statistics.imageThreshold(),
                    statistics.pixelThreshold(),
                    statistics.imageMin(),
                    statistics.imageMax(),
                    statistics.pixelMin(),
                    statistics.pixelMax()
                })
                .containsExactly(
                        new double[] {
                            expected.get("image_threshold").asDouble(),
                            expected.get("pixel_threshold").asDouble(),
                            expected.get("image_min").asDouble(),
                            expected.get("image_max").asDouble(),
                            expected.get("pixel_min").asDouble(),
                            expected.get("pixel_max").asDouble()
                        },
                        within(1e-6));
    }

    @Test
    void theOfficialPairGivesItsMapAndScoreThoughItTakesRgb() throws Exception {
        ImportedFolder golden = ImportedFolder.read("official");
        ImportedNetwork network = ImportedNetwork.read(golden.files(".pckl"));
        requireOptions(network, golden);
        float[] images = otherChannelOrder(golden.floats("input_bgr"), golden);
        for (NetworkOutputs outputs : bothRuntimes(network, golden, images)) {
            assertClose(outputs.maps(), golden.floats("anomaly_map"));
            assertClose(outputs.scores(), golden.floats("image_score"));
            assertClose(outputs.reconstructions(), otherChannelOrder(golden.floats("reconstruction"), golden));
        }
    }

    private static void requireOptions(ImportedNetwork network, ImportedFolder golden) {
        JsonNode description = golden.description();
        assertThat(network.options().baseWidth())
                .isEqualTo(description.get("base_width").asInt());
        assertThat(network.options().discriminativeBaseWidth())
                .isEqualTo(description.get("discriminative_base_width").asInt());
    }

    /** Returns what the network gives in libtorch and as an exported graph. */
    private NetworkOutputs[] bothRuntimes(ImportedNetwork imported, ImportedFolder golden, float[] images)
            throws Exception {
        int width = golden.width();
        int height = golden.height();
        int count = images.length / (3 * width * height);
        Path file = folder.resolve("model.onnx");
        ModelCard card = Cards.card(width, height);
        DraemExporter.export(imported.weights(), imported.options(), card, file);
        try (DraemNetwork network = DraemNetwork.load(imported.options(), imported.weights());
                GraphDetector detector = GraphDetector.open(file, 1)) {
            return new NetworkOutputs[] {
                new NetworkDetector(network, width, height).run(images, count), detector.run(images, count)
            };
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual)
                .hasSameSizeAs(expected)
                .usingComparatorWithPrecision(TOLERANCE)
                .containsExactly(expected);
    }

    /** Swaps the first and the third of three planes of each image. */
    private static float[] otherChannelOrder(float[] images, ImportedFolder golden) {
        int plane = golden.width() * golden.height();
        float[] swapped = new float[images.length];
        for (int i = 0; i < images.length / plane; i++) {
            System.arraycopy(images, i * plane, swapped, (i - i % 3 + 2 - i % 3) * plane, plane);
        }
        return swapped;
    }
}
