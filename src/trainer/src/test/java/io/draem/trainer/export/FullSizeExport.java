package io.draem.trainer.export;

import io.draem.tensor.Tensor;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.evaluation.OnnxDetector;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.TensorConversion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;

/** Exports the network of the paper from random weights to the file named, and says what it cost and how exact it is. */
final class FullSizeExport {

    private FullSizeExport() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        Map<String, Tensor> weights = RandomWeights.of(NetworkOptions.PAPER, 0);
        long start = System.nanoTime();
        DraemExporter.export(weights, NetworkOptions.PAPER, Cards.card(256, 256), file);
        System.out.printf("%,d bytes, exported in %.1f s, %s%n", Files.size(file), seconds(start), peakMemory());
        float[] image = image();
        start = System.nanoTime();
        NetworkOutputs reference = libtorch(weights, image);
        System.out.printf("libtorch loaded and ran in %.1f s, %s%n", seconds(start), peakMemory());
        start = System.nanoTime();
        System.out.println(ParityCheck.check(file, image, reference));
        System.out.printf("checked in %.1f s, %s%n", seconds(start), peakMemory());
        try (OnnxDetector detector =
                OnnxDetector.open(file, Runtime.getRuntime().availableProcessors())) {
            for (int run = 0; run < 4; run++) {
                start = System.nanoTime();
                float score = detector.detect(image, 1).get(0).score();
                System.out.printf("one image in %.2f s, score %.3f%n", seconds(start), score);
            }
        }
        System.out.println(peakMemory());
    }

    private static NetworkOutputs libtorch(Map<String, Tensor> weights, float[] image) {
        try (PointerScope scope = new PointerScope();
                DraemNetwork network = DraemNetwork.load(NetworkOptions.PAPER, weights)) {
            return NetworkOutputs.of(
                    network.forward(TensorConversion.toNative(Tensor.of(image, 1, 3, 256, 256))), ImageScore.MAXIMUM);
        }
    }

    private static float[] image() {
        Random random = new Random(0);
        float[] image = new float[3 * 256 * 256];
        for (int i = 0; i < image.length; i++) {
            image[i] = random.nextFloat();
        }
        return image;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static String peakMemory() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .map(line -> line.replaceAll("\\s+", " "))
                .findFirst()
                .orElse("peak memory unknown");
    }
}
