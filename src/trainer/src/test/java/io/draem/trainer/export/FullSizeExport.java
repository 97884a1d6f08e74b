package io.draem.trainer.export;

import io.draem.tensor.Tensor;
import io.draem.trainer.evaluation.OnnxDetector;
import io.draem.trainer.network.NetworkOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Exports the network of the paper from random weights to the file named, and says what it cost. */
final class FullSizeExport {

    private FullSizeExport() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        Map<String, Tensor> weights = RandomWeights.of(NetworkOptions.PAPER, 0);
        long parameters = weights.values().stream().mapToLong(Tensor::elements).sum();
        long start = System.nanoTime();
        DraemExporter.export(weights, NetworkOptions.PAPER, Cards.card(256, 256), file);
        System.out.printf("%,d values, %,d bytes, exported in %.1f s%n", parameters, Files.size(file), seconds(start));
        System.out.println("peak resident memory: " + peakMemory());
        start = System.nanoTime();
        try (OnnxDetector detector =
                OnnxDetector.open(file, Runtime.getRuntime().availableProcessors())) {
            System.out.printf("opened in %.1f s%n", seconds(start));
            float[] image = new float[3 * 256 * 256];
            for (int run = 0; run < 4; run++) {
                start = System.nanoTime();
                float score = detector.detect(image, 1).get(0).score();
                System.out.printf("one image in %.2f s, score %.3f%n", seconds(start), score);
            }
        }
        System.out.println("peak resident memory: " + peakMemory());
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static String peakMemory() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("unknown");
    }
}
