package io.draem.trainer.training;

import io.draem.image.RgbImage;
import io.draem.testing.BoundedProcess;
import io.draem.trainer.data.Batch;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.FileTree;
import io.draem.trainer.data.ImageStore;
import io.draem.trainer.loss.DraemLoss;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.NetworkOutput;
import io.draem.trainer.network.Precision;
import io.draem.trainer.network.Threads;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/**
 * Prints how fast the whole training step is on real images with data loading and augmentation: images a second, medians
 * of its parts, the share of time that it waits for data, and resident memory. With {@code --python}, anomalib's network
 * in PyTorch takes the turn after each of ours, without any data loading ({@code src/test/python/training_speed.py}).
 *
 * <p>Run it from the root with the test class path; {@code CONTRIBUTING.md} has the command.
 */
@CommandLine.Command(name = "training-speed", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class TrainingSpeedBenchmark implements Callable<Integer> {

    private static final Path SCRIPT = Path.of("src/trainer/src/test/python/training_speed.py");
    private static final int WARM_UP = 4;
    private static final Duration PYTORCH_LIMIT = Duration.ofMinutes(30);

    @Option(names = "--threads", description = "Threads of libtorch", defaultValue = "2")
    private int threads;

    @Option(names = "--rounds", description = "Turns of each", defaultValue = "3")
    private int rounds;

    @Option(names = "--steps", description = "Steps a turn; none: 40 at 128², 8 at 256²", defaultValue = "0")
    private int steps;

    @Option(names = "--size", description = "Sides of the images: 128 (widths 16/16) or 256 (32/16)", split = ",")
    private List<Integer> sizes = List.of(128, 256);

    @Option(names = "--precision", description = "What to compute in", split = ",")
    private List<Precision> precisions = List.of(Precision.values()).subList(0, 2);

    @Option(names = "--python", description = "Python with torch and anomalib, to stand beside")
    private @Nullable Path python;

    @Option(names = "--memory-every", description = "Print resident memory every so many steps; 0: never")
    private int memoryEvery;

    private record Case(int size, int baseWidth, int discriminativeBaseWidth, int batch, int steps) {

        NetworkOptions network() {
            return new NetworkOptions(baseWidth, discriminativeBaseWidth, false);
        }
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new TrainingSpeedBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Threads.use(threads);
        System.out.printf("%d threads, bfloat16 in hardware: %s%n", threads, Precision.bfloat16IsFast());
        System.out.println(
                "who      size  batch  precision   data  waits   forward    loss  backward  optimizer  images/s");
        for (int size : sizes) {
            Case one = size == 128 ? new Case(128, 16, 16, 8, 40) : new Case(256, 32, 16, 4, 8);
            for (Precision precision : precisions) {
                for (int round = 0; round < rounds; round++) {
                    ours(one, precision);
                    if (python != null) {
                        pytorch(one, precision);
                    }
                }
            }
        }
        return 0;
    }

    private void ours(Case one, Precision precision) throws IOException, InterruptedException {
        int size = one.size();
        int count = steps > 0 ? steps : one.steps();
        List<Path> files =
                FileTree.ofImages(Path.of("src/data/cookie/train/good")).images();
        NormalSource normals = NormalSource.whole(ImageStore.tensors(files, size, size, Long.MAX_VALUE, 1), null);
        List<Path> textureFiles =
                FileTree.ofImages(Path.of("src/data/textures")).images();
        ImageStore<RgbImage> textures = ImageStore.pictures(textureFiles, size, size, Long.MAX_VALUE, 1);
        AnomalySynthesizer synthesizer =
                new AnomalySynthesizer(SynthesisOptions.DEFAULTS, size, size, normals, textures);
        DraemLoss loss = new DraemLoss(FocalLoss.BOTH, DraemLoss.SSPCAB_WEIGHT);

        List<double[]> parts = new ArrayList<>(); // data, forward, loss, backward, optimizer; milliseconds
        double waitedBefore = 0;
        long began = 0;
        try (PointerScope outer = new PointerScope();
                DraemNetwork network = DraemNetwork.create(one.network(), 0);
                BatchLoader batches = new BatchLoader(normals, synthesizer, one.batch(), 0, 0, 1, 4)) {
            network.convert(precision, MemoryFormat.ChannelsLast);
            network.train(true);
            try (Adam adam = new Adam(network.namedParameters(), 1e-4)) {
                for (int step = -WARM_UP; step < count; step++) {
                    if (step == 0) {
                        began = System.nanoTime();
                        waitedBefore = batches.waitedSeconds();
                    }
                    double[] times = step(network, loss, adam, batches, size);
                    if (step >= 0) {
                        parts.add(times);
                    }
                    if (memoryEvery > 0 && step >= 0 && (step + 1) % memoryEvery == 0) {
                        System.out.printf("step %d: %s resident%n", step + 1, resident());
                    }
                }
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "ours     %4d  %5d  %-9s %6.1f  %4.1f%%  %8.1f  %6.1f  %8.1f  %9.1f  %8.2f%n",
                    size,
                    one.batch(),
                    precision,
                    median(parts, 0),
                    100 * (batches.waitedSeconds() - waitedBefore) / seconds,
                    median(parts, 1),
                    median(parts, 2),
                    median(parts, 3),
                    median(parts, 4),
                    one.batch() * count / seconds); // of all steps: a mean hides nothing
        }
    }

    /** Makes one step and returns the milliseconds of its parts. */
    private static double[] step(DraemNetwork network, DraemLoss loss, Adam adam, BatchLoader batches, int size)
            throws InterruptedException {
        long start = System.nanoTime();
        Batch batch = batches.next();
        try (PointerScope scope = new PointerScope()) {
            Tensor clean = Tensor.create(batch.clean(), batch.size(), 3, size, size);
            Tensor augmented = Tensor.create(batch.augmented(), batch.size(), 3, size, size);
            Tensor mask = Tensor.create(batch.mask(), batch.size(), 1, size, size);
            long data = System.nanoTime();
            NetworkOutput output = network.forward(augmented);
            long forward = System.nanoTime();
            DraemLoss.Parts parts = loss.forward(output, clean, mask);
            parts.read();
            long lossDone = System.nanoTime();
            parts.total().backward();
            long backward = System.nanoTime();
            adam.step();
            long end = System.nanoTime();
            return new double[] {
                (data - start) / 1e6,
                (forward - data) / 1e6,
                (lossDone - forward) / 1e6,
                (backward - lossDone) / 1e6,
                (end - backward) / 1e6
            };
        }
    }

    private void pytorch(Case one, Precision precision) throws IOException, InterruptedException {
        String output = BoundedProcess.run(
                PYTORCH_LIMIT,
                String.valueOf(python),
                SCRIPT.toString(),
                String.valueOf(one.baseWidth()),
                String.valueOf(one.discriminativeBaseWidth()),
                String.valueOf(one.size()),
                String.valueOf(one.batch()),
                precision.toString(),
                String.valueOf(threads),
                String.valueOf(steps > 0 ? steps : one.steps()));
        String speed = output.substring(output.lastIndexOf('\n') + 1).strip(); // warnings of Python come before it
        System.out.printf("PyTorch  %4d  %5d  %-9s %58s%n", one.size(), one.batch(), precision, speed);
    }

    private static String resident() throws IOException {
        Optional<String> line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(one -> one.startsWith("VmRSS:"))
                .findFirst();
        return line.map(one -> one.substring("VmRSS:".length()).strip()).orElse("unknown");
    }

    private static double median(List<double[]> steps, int part) {
        double[] sorted = steps.stream().mapToDouble(one -> one[part]).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
