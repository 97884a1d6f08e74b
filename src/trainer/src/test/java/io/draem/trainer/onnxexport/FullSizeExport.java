package io.draem.trainer.onnxexport;

import io.draem.model.ModelCard;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.WholeImages;
import io.draem.trainer.network.NetworkOptions;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Exports the network of the paper from random weights to the folder named, in each format, and says what that cost;
 * then runs the graphs turn about, one image at a time, and says how long they took, by the clock and in seconds of
 * processor, which other programs on the machine disturb less. Arguments: the folder, and formats where not all.
 */
final class FullSizeExport {

    private static final int SIDE = 256;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    private FullSizeExport() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        List<ExportFormat> formats = arguments.length == 1
                ? List.of(ExportFormat.values())
                : Stream.of(arguments).skip(1).map(ExportFormat::valueOf).toList();
        Map<String, Tensor> weights = RandomWeights.of(NetworkOptions.PAPER, 0);
        ModelCard card = Cards.card(SIDE, SIDE);
        EvaluationSet images = images(2);
        ExportImages seen = new ExportImages(images, images, images.size());
        ModelCheckpoint model = new ModelCheckpoint(weights, NetworkOptions.PAPER, card, card.training());
        long start = System.nanoTime();
        Path first = folder.resolve("model.onnx");
        try (FormatExport export = FormatExport.of(model, card, seen, first, first, THREADS)) {
            System.out.printf("compared with libtorch after %.1f s, %s%n", seconds(start), peakMemory());
            for (ExportFormat format : formats) {
                start = System.nanoTime();
                Path written = Files.createDirectories(folder.resolve(format.toString()))
                        .resolve("model.onnx");
                try (FormatGraph graph = export.write(format, written, written)) {
                    graph.finish(card);
                    System.out.printf(
                            "%s: %,d bytes in %.1f s, %s, %s%n",
                            format, Files.size(written), seconds(start), peakMemory(), graph.export());
                }
            }
        }
        for (int turn = 0; turn < 2; turn++) {
            for (ExportFormat format : formats) {
                time(format, folder.resolve(format.toString()).resolve("model.onnx"), images);
            }
        }
    }

    private static void time(ExportFormat format, Path graph, EvaluationSet images) throws Exception {
        float[] image = images.load(0).sampledInput();
        try (GraphDetector detector = GraphDetector.open(graph, THREADS)) {
            detector.detect(image, 1);
            for (int run = 0; run < 3; run++) {
                long start = System.nanoTime();
                double used = processorSeconds();
                detector.detect(image, 1);
                System.out.printf(
                        "%s: one image in %.2f s, %.2f s of processor%n",
                        format, seconds(start), processorSeconds() - used);
            }
        }
    }

    private static EvaluationSet images(int count) {
        Random random = new Random(0);
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] pixels = new float[3 * SIDE * SIDE];
            for (int k = 0; k < pixels.length; k++) {
                pixels[k] = random.nextFloat();
            }
            images.add(WholeImages.image(
                    "noise " + i, EvaluationImage.GOOD, SIDE, SIDE, pixels, new boolean[SIDE * SIDE]));
        }
        return EvaluationSet.of(images);
    }

    private static double processorSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                / 1e9;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static String peakMemory() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("peak memory unknown");
    }
}
