package io.draem.runtime.onnx;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.testing.Await;
import io.draem.testing.BoundedProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

@Tag("slow")
class ModelOpenerTests {

    /** Whether the class path has ONNX Runtime with support for GPUs, which -Pcpu leaves out. */
    private static final boolean SUPPORTS_GPUS =
            ModelOpener.class.getResource("/ai/onnxruntime/native/linux-x64/libonnxruntime_providers_cuda.so") != null;

    private static final ExecutionOptions CPU = new ExecutionOptions(ProviderChoice.CPU, 0, 2, 3, 3);

    private static final int SIDE = 32;

    @TempDir
    Path directory;

    @Test
    void opensAGraphOfTheContractOnTheCpu() throws Exception {
        try (OnnxModel model =
                new ModelOpener(CPU).open(graph(TestModels.graph())).get(0)) {
            assertThat(model.provider()).isEqualTo(ExecutionProvider.CPU);
            assertThat(model.maxBatchSize()).isEqualTo(3);
            ModelOutput output =
                    model.run(List.of(noise(model, 1)), new Termination()).get(0);
            assertThat(output.map().width()).isEqualTo(model.card().width());
            assertThat(output.map().height()).isEqualTo(model.card().height());
            assertThat(output.score()).isBetween(0f, 1f).isEqualTo(output.map().max());
            assertThat(output.reconstruction()).isNull();
        }
    }

    @Test
    void anImageHasTheSameResultAloneAndInABatch() throws Exception {
        try (OnnxModel model =
                new ModelOpener(CPU).open(graph(TestModels.graph())).get(0)) {
            List<ModelInput> inputs = List.of(noise(model, 1), noise(model, 2), noise(model, 3));
            List<ModelOutput> together = model.run(inputs, new Termination());
            for (int i = 0; i < inputs.size(); i++) {
                ModelOutput alone =
                        model.run(List.of(inputs.get(i)), new Termination()).get(0);
                assertThat(together.get(i).score()).isEqualTo(alone.score(), within(1e-5f));
                assertThat(together.get(i).map().values())
                        .containsExactly(alone.map().values(), within(1e-5f));
            }
            assertThat(together.get(0).map().values())
                    .isNotEqualTo(together.get(1).map().values());
        }
    }

    @Test
    void twoConcurrentRunsReturnTheResultsOfOne() throws Exception {
        ExecutionOptions two = twoRuns(1);
        List<OnnxModel> models = new ModelOpener(two).open(graph(TestModels.graph()));
        try (OnnxModel first = models.get(0);
                OnnxModel second = models.get(1)) {
            assertThat(models).hasSize(2);
            List<ModelInput> inputs = List.of(noise(first, 1), noise(first, 2));
            List<ModelOutput> alone = new ArrayList<>();
            for (ModelInput input : inputs) {
                alone.addAll(first.run(List.of(input), new Termination()));
            }
            for (int i = 0; i < 5; i++) {
                CompletableFuture<ModelOutput> concurrent =
                        CompletableFuture.supplyAsync(() -> run(second, inputs.get(1)));
                assertThat(run(first, inputs.get(0)).map().values())
                        .isEqualTo(alone.get(0).map().values());
                assertThat(concurrent.get().map().values())
                        .isEqualTo(alone.get(1).map().values());
            }
        }
    }

    private static ExecutionOptions twoRuns(int batchSize) {
        return new ExecutionOptions(
                ProviderChoice.CPU,
                List.of(0),
                2,
                2,
                true,
                batchSize,
                batchSize,
                true,
                true,
                CudaOptions.DEFAULT,
                TensorRtOptions.DEFAULT);
    }

    private static ModelOutput run(OnnxModel model, ModelInput input) {
        try {
            return model.run(List.of(input), new Termination()).get(0);
        } catch (RunFailedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void returnsTheReconstructionOnlyWhereRequested() throws Exception {
        try (OnnxModel model =
                new ModelOpener(CPU).open(graph(TestModels.graph())).get(0)) {
            assumeThat(model.reconstructs()).isTrue();
            ModelInput asking = new ModelInput(noise(model, 1).pixels(), true);
            List<ModelOutput> outputs = model.run(List.of(noise(model, 2), asking), new Termination());
            assertThat(outputs.get(0).reconstruction()).isNull();
            assertThat(outputs.get(1).reconstruction())
                    .hasSize(3 * model.card().width() * model.card().height());
        }
    }

    @Test
    void refusesAFileThatIsNotAGraph() throws Exception {
        Path file = Files.writeString(directory.resolve("model.onnx"), "no graph");
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).open(graph(file)))
                .withMessageContaining("not an ONNX graph")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(directory.toString()));
    }

    @Test
    void refusesATruncatedGraph() throws Exception {
        byte[] whole = Files.readAllBytes(TestModels.graph());
        Path file = Files.write(directory.resolve("model.onnx"), Arrays.copyOf(whole, whole.length / 2));
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).open(graph(file)))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(directory.toString()));
    }

    @Test
    void refusesAGraphWithoutMetadataAndNamesTheKey() throws Exception {
        // The metadata's keys are plain text in the file: another key of the same length hides the version.
        byte[] whole = Files.readAllBytes(TestModels.graph());
        byte[] key = "draem.version".getBytes(StandardCharsets.US_ASCII);
        whole[indexOf(whole, key)] = 'x';
        Path file = Files.write(directory.resolve("model.onnx"), whole);
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).open(graph(file)))
                .withMessageContaining("draem.version");
    }

    @Test
    void namesTheImportOfAGraphThatAnomalibBefore2Exported() throws Exception {
        Path file =
                Path.of(ModelOpenerTests.class.getResource("anomalib-1.0.onnx").toURI());
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).open(graph(file)))
                .withMessageContaining("exported by anomalib before 2.0")
                .withMessageContaining("draem-trainer import FILE.ckpt");
    }

    @Test
    void refusesAGraphWithAnotherOutputAndNamesIt() throws Exception {
        byte[] whole = Files.readAllBytes(TestModels.graph());
        byte[] name = "pred_score".getBytes(StandardCharsets.US_ASCII);
        for (int at = indexOf(whole, name); at >= 0; at = indexOf(whole, name)) {
            whole[at] = 'x';
        }
        Path file = Files.write(directory.resolve("model.onnx"), whole);
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).open(graph(file)))
                .withMessageContaining("'pred_score'");
    }

    @Test
    void refusesAGraphWhoseScoreIsNotANumber() throws Exception {
        assertRefused(
                SlowGraph.undefined(SIDE, true, metadata()), "score is NaN, not 0 to 1", "export the model again");
    }

    @Test
    void refusesAGraphWhoseMapHoldsNaN() throws Exception {
        assertRefused(
                SlowGraph.undefined(SIDE, false, metadata()),
                "anomaly map holds NaN, not 0 to 1",
                "export the model again");
    }

    @Test
    void refusesAGraphWhoseScoreIsNotAProbability() throws Exception {
        assertRefused(SlowGraph.tooLarge(SIDE, true, metadata()), "The graph's score is 2.", "ends in probabilities");
    }

    @Test
    void refusesAGraphWhoseMapHoldsNoProbabilities() throws Exception {
        assertRefused(SlowGraph.tooLarge(SIDE, false, metadata()), "anomaly map holds ", "ends in probabilities");
    }

    @Test
    void refusesAGraphThatMixesTheImagesOfABatch() throws Exception {
        assertRefused(
                SlowGraph.ofTheWholeBatch(SIDE, metadata()), "alone and ", "in a batch of 2", "in evaluation mode");
    }

    @Test
    void opensAGraphThatFailsOnBlackOrWhiteImagesAlone() throws Exception {
        for (byte[] graph : List.of(
                SlowGraph.undefinedWhereBlack(SIDE, metadata()), SlowGraph.undefinedWhereWhite(SIDE, metadata()))) {
            Path file = Files.write(directory.resolve("model.onnx"), graph);
            try (OnnxModel model = new ModelOpener(CPU).open(graph(file)).get(0)) {
                assertThat(model.mapWidth()).isEqualTo(SIDE);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "threshold.image, 1.5",
        "threshold.image, NaN",
        "threshold.pixel, -0.5",
        "threshold.pixel, Infinity",
        "score.min, -1",
        "score.max, 2",
        "map.min, 0.9",
        "map.max, NaN"
    })
    void refusesThresholdsAndRangesThatNoScoreCanHave(String key, String value) throws Exception {
        Map<String, String> metadata = metadata();
        metadata.put("draem." + key, value);
        metadata.put("draem.map.max", key.equals("map.min") ? value : metadata.get("draem.map.max"));
        assertRefused(SlowGraph.of(SIDE, 0, metadata), key, value, "export the model again");
    }

    private void assertRefused(byte[] graph, String... parts) throws Exception {
        Path file = Files.write(directory.resolve("model.onnx"), graph);
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).open(graph(file)))
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    @Test
    void aGraphThatIsMadeForTilesRunsOneTileAsAnyInput() throws Exception {
        Framing framing = new Framing(new Tiling(FrameScale.ONE, 4, 0), FrameScore.MAXIMUM, null, false);
        Path file = Files.write(directory.resolve("tiled.onnx"), TestModels.tiled(FrameSize.square(SIDE), framing));
        try (OnnxModel model = new ModelOpener(CPU).open(graph(file)).get(0)) {
            assertThat(model.card().framing()).isEqualTo(framing);
            float[] half = new float[3 * SIDE * SIDE];
            Arrays.fill(half, 0.5f);
            ModelOutput output = model.run(List.of(new ModelInput(half, true)), new Termination())
                    .get(0);
            assertThat(output.score()).isEqualTo(0.0625f);
            assertThat(output.map().values()).containsOnly(0.0625f);
            assertThat(output.reconstruction()).containsExactly(half);
        }
    }

    private static Map<String, String> metadata() {
        return metadata(SIDE);
    }

    private static Map<String, String> metadata(int side) {
        return new HashMap<>(new ModelCard(
                        "test",
                        side,
                        side,
                        new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                        JsonMapper.shared().createObjectNode(),
                        JsonMapper.shared().createObjectNode())
                .toMetadata());
    }

    @Test
    void namesTheReasonWhereRequiredCudaDoesNotWork() {
        assumeThat(Files.exists(Path.of("/dev/nvidiactl"))).isFalse();
        ModelOpener opener = new ModelOpener(new ExecutionOptions(ProviderChoice.CUDA, 0, 2, 1, 1));
        assertThatExceptionOfType(ProviderUnavailableException.class)
                .isThrownBy(() -> opener.open(graph(TestModels.graph())))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("/tmp", "onnxruntime_src"));
    }

    @Test
    void fallsBackToTheCpuWithTheChoiceAuto() throws Exception {
        assumeThat(Files.exists(Path.of("/dev/nvidiactl"))).isFalse();
        ModelOpener opener = new ModelOpener(new ExecutionOptions(ProviderChoice.AUTO, 0, 2, 1, 8));
        try (OnnxModel model = opener.open(graph(TestModels.graph())).get(0)) {
            assertThat(model.provider()).isEqualTo(ExecutionProvider.CPU);
            assertThat(model.maxBatchSize()).isEqualTo(1);
            if (SUPPORTS_GPUS) {
                assertThat(model.fallback()).contains("NVIDIA driver");
            } else {
                assertThat(model.fallback())
                        .as("there is nothing to fall back from")
                        .isNull();
            }
        }
    }

    @Test
    @Timeout(60)
    void graphsThatAreOpenedAtTheSameTimeWarmUpOneAfterTheOther() throws Exception {
        ModelOpener opener = new ModelOpener(CPU);
        GraphFile slow = graph(Files.write(directory.resolve("slow.onnx"), SlowGraph.of(256, 1_000, metadata(256))));
        GraphFile fast = graph(Files.write(directory.resolve("fast.onnx"), SlowGraph.of(SIDE, 0, metadata())));
        opener.open(fast).forEach(OnnxModel::close);
        FutureTask<List<OnnxModel>> opening = new FutureTask<>(() -> opener.open(slow));
        Thread first = new Thread(opening);
        first.start();
        Await.until(Duration.ofSeconds(30), () -> {
            assertThat(opening.isDone()).isFalse();
            return Arrays.stream(first.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().equals(WarmUp.class.getName()));
        });
        List<OnnxModel> second = opener.open(fast);
        boolean firstIsOpen = Arrays.stream(first.getStackTrace())
                .noneMatch(frame -> frame.getClassName().equals(WarmUp.class.getName()));
        opening.get().forEach(OnnxModel::close);
        second.forEach(OnnxModel::close);
        assertThat(firstIsOpen).isTrue();
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // native code does not end at an interrupt
    void aGraphWhoseWarmUpDoesNotEndBlocksNoOther() throws Exception {
        ModelOpener opener = new ModelOpener(CPU, Duration.ofMillis(1));
        GraphFile slow = graph(Files.write(directory.resolve("slow.onnx"), SlowGraph.of(256, 1_000, metadata(256))));
        GraphFile fast = graph(Files.write(directory.resolve("fast.onnx"), SlowGraph.of(SIDE, 0, metadata())));
        FutureTask<List<OnnxModel>> opening = new FutureTask<>(() -> opener.open(slow));
        Thread first = new Thread(opening);
        first.start();
        Await.until(Duration.ofSeconds(30), () -> {
            assertThat(opening.isDone()).isFalse();
            return Arrays.stream(first.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().equals(WarmUp.class.getName()));
        });
        opener.open(fast).forEach(OnnxModel::close);
        assertThat(opening.isDone()).isFalse();
        opening.get().forEach(OnnxModel::close);
    }

    @Test
    void describesAGraphAsItIsOnceItIsOpen() throws Exception {
        Path golden = Path.of(System.getProperty("golden.dir", "../golden"), "anomalib/model.onnx");
        ExecutionOptions two = twoRuns(3);
        for (ExecutionOptions options : List.of(CPU, two.withoutCpuArena())) {
            ModelOpener opener = new ModelOpener(options);
            for (Path path : List.of(TestModels.graph(), golden)) {
                GraphFile file = graph(path);
                List<OnnxModel> opened = opener.open(file);
                assertThat(opener.describe(file)).isEqualTo(GraphDescription.of(opened));
                opened.forEach(OnnxModel::close);
            }
        }
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU)
                        .describe(graph(Files.write(directory.resolve("model.onnx"), new byte[100]))))
                .withMessageContaining("the file is not an ONNX graph");
    }

    @Test
    void aGraphOnDiskRunsAsOneInMemory() throws Exception {
        Path golden = Path.of(System.getProperty("golden.dir", "../golden"), "anomalib/model.onnx");
        for (Path path : List.of(TestModels.graph(), golden)) {
            ModelOpener opener = new ModelOpener(CPU);
            OnnxModel expected = opener.open(graph(path)).get(0);
            ModelInput input = noise(expected, 1);
            GraphFile file = graph(path).onDisk();
            for (boolean first : new boolean[] {true, false}) {
                OnnxModel opened = opener.openOnDemand(file, first).get(0);
                assertThat(run(opened, input).map().values())
                        .isEqualTo(run(expected, input).map().values());
                assertThat(opened.runTime().isZero()).isEqualTo(!first);
                opened.close();
            }
            expected.close();
        }
    }

    @Test
    void aGraphOnDiskThatHasChangedIsNotOpened() throws Exception {
        Path golden = Path.of(System.getProperty("golden.dir", "../golden"), "anomalib");
        Path graph = directory.resolve("model.onnx");
        Path weights = directory.resolve("model.onnx.data");
        for (boolean apart : new boolean[] {false, true}) {
            Files.copy(apart ? golden.resolve("model.onnx") : TestModels.graph(), graph, REPLACE_EXISTING);
            Files.copy(golden.resolve("model.onnx.data"), weights, REPLACE_EXISTING);
            GraphFile file = graph(graph).onDisk();
            Path changed = apart ? weights : graph;
            byte[] bytes = Files.readAllBytes(changed);
            bytes[bytes.length / 2]++;
            Files.write(changed, bytes);
            assertChanged(file);
            bytes[bytes.length / 2]--;
            Files.write(changed, Arrays.copyOf(bytes, bytes.length + 1));
            assertChanged(file);
            Files.write(changed, bytes);
            new ModelOpener(CPU).openOnDemand(file, true).get(0).close();
            Files.delete(changed);
            assertChanged(file);
        }
    }

    private static void assertChanged(GraphFile file) {
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).openOnDemand(file, true))
                .satisfies(e -> assertThat(e.isTemporary()).isTrue());
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // native code does not end at an interrupt
    @DisabledOnOs(OS.WINDOWS)
    void aGraphWithWeightsThatBecomesANamedPipeBeforeItIsOpenedIsRefused() throws Exception {
        Path golden = Path.of(System.getProperty("golden.dir", "../golden"), "anomalib");
        Path graph = Files.copy(golden.resolve("model.onnx"), directory.resolve("model.onnx"));
        Files.copy(golden.resolve("model.onnx.data"), directory.resolve("model.onnx.data"));
        GraphFile file = graph(graph);
        Files.delete(graph);
        BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", graph.toString());
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> new ModelOpener(CPU).open(file))
                .withMessageContaining("model.onnx is a named pipe");
    }

    private static GraphFile graph(Path file) throws Exception {
        return GraphFile.read(file, Integer.MAX_VALUE);
    }

    private static ModelInput noise(OnnxModel model, int seed) {
        Random random = new Random(seed);
        float[] pixels = new float[3 * model.card().width() * model.card().height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        return new ModelInput(pixels, false);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }
}
