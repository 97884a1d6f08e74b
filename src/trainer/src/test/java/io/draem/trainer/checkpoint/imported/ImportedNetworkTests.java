package io.draem.trainer.checkpoint.imported;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that say they hold a network, and say too much or too little. */
class ImportedNetworkTests {

    private static final NetworkOptions SMALL = new NetworkOptions(4, 4, false);
    private static final String FIRST = "reconstructive_subnetwork.encoder.block1.0.weight";

    @TempDir
    Path folder;

    /** Shape of each tensor by name, as the file will say. */
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    @BeforeEach
    void describeASmallNetwork() {
        shapes.putAll(DraemNetwork.shapes(SMALL));
    }

    @Test
    void readsANetworkWhoseTensorsHaveStoragesOfTheirOwn() throws IOException {
        ImportedNetwork network = read(storages());
        assertThat(network.options()).isEqualTo(SMALL);
        assertThat(network.weights().keySet()).containsExactlyElementsOf(shapes.keySet());
    }

    @Test
    void namesOfWrappersMayBeAnywhereInAName() throws IOException {
        Map<String, long[]> wrapped = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> wrapped.put(
                "_forward_module.model._orig_mod." + name.replace("encoder.", "module.encoder._orig_mod."), shape));
        shapes.clear();
        shapes.putAll(wrapped);
        assertThat(read(storages()).weights().keySet())
                .containsExactlyElementsOf(DraemNetwork.shapes(SMALL).keySet());
    }

    @Test
    void namesTheCheckpointInPlaceOfWhatWasExportedFromIt() throws IOException {
        Path weights = Files.createDirectories(folder.resolve("weights"));
        Path torch = Files.createDirectories(weights.resolve("torch")).resolve("model.pt");
        Files.copy(Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported/model.pt"), torch);
        Path onnx = Files.createDirectories(weights.resolve("onnx")).resolve("model.onnx");
        Files.copy(
                Path.of("src/trainer/src/test/resources/io/draem/trainer/checkpoint/imported/anomalib-1.0.onnx"), onnx);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(List.of(torch)))
                .withMessageContaining("a whole model")
                .withMessageContaining("weights/lightning/model.ckpt in the folder of its results");
        Path checkpoint = Files.createDirectories(weights.resolve("lightning")).resolve("model.ckpt");
        Files.createFile(checkpoint);
        for (Path exported : List.of(torch, onnx)) {
            assertThatExceptionOfType(ImportedFileException.class)
                    .isThrownBy(() -> ImportedNetwork.read(List.of(exported)))
                    .withMessageContaining("instead: " + checkpoint);
        }
    }

    @Test
    void countsOfBatchesMayBeMissing() throws IOException {
        shapes.keySet().removeIf(name -> name.endsWith(".num_batches_tracked"));
        assertThat(read(storages()).weights().keySet())
                .containsAll(DraemNetwork.shapes(SMALL).keySet());
    }

    @Test
    void thousandsOfUnknownNamesOnOneLargeStorageAreRefusedBeforeItIsRead() throws IOException {
        for (int i = 0; i < 5_000; i++) {
            shapes.put("reconstructive_subnetwork.encoder.extra" + i, new long[] {1});
        }
        Path file = sharedStorage(2 << 20);
        long allocated = allocatedBy(() -> assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(List.of(file)))
                .withMessageContaining("extra0', which no DRÆM network has"));
        assertThat(allocated).as("bytes allocated").isLessThan(32 << 20);
    }

    @Test
    void tensorsThatAllLieInOnePlaceAreRefusedBeforeItIsRead() throws IOException {
        long largest = shapes.values().stream()
                .mapToLong(shape -> LongStream.of(shape).reduce(1, Math::multiplyExact))
                .max()
                .orElseThrow();
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(List.of(sharedStorage((int) largest))))
                .withMessageContaining("no network shares its numbers so");
    }

    @Test
    void aStorageIsReadOnceHoweverManyTensorsLookIntoIt() throws IOException {
        int elements = 2 << 20;
        Path file = sharedStorage(elements);
        long allocated = allocatedBy(() -> ImportedNetwork.read(List.of(file)));
        assertThat(allocated).as("bytes allocated").isLessThan(4L * elements * Float.BYTES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5000000000,0,3,3",
                "4294967300,3,3,3",
                "0,3,3,3",
                "0,0,0,0",
                "1025,3,3,3",
                "1,0",
                "",
                "4",
                "1,1,1,1,1",
                "3,3,3,3",
                "1024,3,3,3"
            })
    void anAbsurdFirstConvolutionIsRefused(String shape) throws IOException {
        shapes.put(
                FIRST,
                Arrays.stream(shape.split(","))
                        .filter(side -> !side.isEmpty())
                        .mapToLong(Long::parseLong)
                        .toArray());
        Path file = sharedStorage(1 << 16);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(List.of(file)))
                .withMessageContaining("shape");
    }

    @Test
    void mutatedNamesShapesAndTypesAreReadOrRefused() throws IOException {
        Random random = new Random(5);
        long[] sides = {0, 1, 2, 3, 4, 32, 1024, 1L << 20, 1L << 31, (1L << 32) + 4, 1L << 39, Long.MAX_VALUE, -1};
        for (int round = 0; round < 300; round++) {
            shapes.clear();
            shapes.putAll(DraemNetwork.shapes(SMALL));
            List<String> names = new ArrayList<>(shapes.keySet());
            for (int change = random.nextInt(3); change >= 0; change--) {
                String name = random.nextBoolean() ? FIRST : names.get(random.nextInt(names.size()));
                long[] shape = new long[random.nextInt(6)];
                Arrays.setAll(shape, axis -> sides[random.nextInt(sides.length)]);
                switch (random.nextInt(4)) {
                    case 0 -> shapes.remove(name);
                    case 1 -> shapes.put(name + "x", shape);
                    default -> shapes.put(name, shape);
                }
            }
            Path file = sharedStorage(1 << 16);
            assertThatExceptionOfType(ImportedFileException.class)
                    .as("round %d, %s", round, shapes.keySet())
                    .isThrownBy(() -> ImportedNetwork.read(List.of(file)));
        }
    }

    @Test
    void numbersOfAnotherKindAreRefused() throws IOException {
        Path file = PickleBytes.zip(folder.resolve("whole.ckpt"), pickle("LongStorage", 1 << 16), new byte[8 << 16]);
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> ImportedNetwork.read(List.of(file)))
                .withMessageContaining("which is of type I64");
    }

    @Test
    void aNegativeVarianceIsRefused() throws IOException {
        Map<String, byte[]> entries = storages();
        String name = "discriminative_subnetwork.encoder_segment.block1.1.running_var";
        entries.put(entry(name), new byte[] {0, 0, (byte) 0x80, (byte) 0xBF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThatExceptionOfType(ImportedFileException.class)
                .isThrownBy(() -> read(entries))
                .withMessageContaining(name + "' holds -1.0");
    }

    private ImportedNetwork read(Map<String, byte[]> entries) throws IOException {
        return ImportedNetwork.read(List.of(PickleBytes.zip(folder.resolve("own.ckpt"), ZipEntry.STORED, entries)));
    }

    /** Each tensor with a storage of zeros of its own, in a whole file. */
    private Map<String, byte[]> storages() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        PickleBytes pickle = new PickleBytes().op('}');
        for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            int elements = (int) LongStream.of(tensor.getValue()).reduce(1, Math::multiplyExact);
            boolean count = tensor.getKey().endsWith(".num_batches_tracked");
            pickle.text(tensor.getKey())
                    .tensor(count ? "LongStorage" : "FloatStorage", tensor.getKey(), elements, tensor.getValue())
                    .op('s');
            entries.put(entry(tensor.getKey()), new byte[elements * (count ? Long.BYTES : Float.BYTES)]);
        }
        entries.put("archive/data.pkl", pickle.stop());
        return entries;
    }

    private static String entry(String tensor) {
        return "archive/data/" + tensor;
    }

    /** All tensors at the beginning of one storage. */
    private Path sharedStorage(int elements) throws IOException {
        shapes.keySet().removeIf(name -> name.endsWith(".num_batches_tracked"));
        return PickleBytes.zip(
                folder.resolve("shared.ckpt"), pickle("FloatStorage", elements), new byte[elements * Float.BYTES]);
    }

    private byte[] pickle(String storage, long elements) {
        PickleBytes pickle = new PickleBytes().op('}');
        shapes.forEach((name, shape) ->
                pickle.text(name).tensor(storage, "0", elements, shape).op('s'));
        return pickle.stop();
    }

    private interface Action {
        void run() throws IOException;
    }

    private static long allocatedBy(Action action) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
