package io.draem.trainer.training;

import io.draem.trainer.loss.DraemLoss;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.network.Threads;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Prints how fast a training step is on random data, without loading any: median milliseconds of its four parts, and images
 * a second.
 *
 * <p>Run it with the test class path: {@code java -cp … io.draem.trainer.training.TrainingStepBenchmark [threads]}.
 */
public final class TrainingStepBenchmark {

    private record Case(NetworkOptions options, int size, int batch, int steps) {}

    private TrainingStepBenchmark() {}

    public static void main(String[] arguments) {
        int threads = arguments.length > 0
                ? Integer.parseInt(arguments[0])
                : Runtime.getRuntime().availableProcessors();
        Threads.use(threads);
        System.out.printf("%d threads, bfloat16 in hardware: %s%n", threads, Precision.bfloat16IsFast());
        System.out.println(
                "widths  size  batch  precision  format         forward    loss  backward   adam   images/s");
        for (Case one : new Case[] {
            new Case(new NetworkOptions(16, 16, false), 128, 8, 12),
            new Case(new NetworkOptions(32, 16, false), 256, 4, 7)
        }) {
            measure(one, Precision.FLOAT32, MemoryFormat.Contiguous);
            measure(one, Precision.FLOAT32, MemoryFormat.ChannelsLast);
            measure(one, Precision.BFLOAT16, MemoryFormat.ChannelsLast);
        }
    }

    private static void measure(Case one, Precision precision, MemoryFormat format) {
        DraemLoss loss = new DraemLoss(FocalLoss.BOTH, DraemLoss.SSPCAB_WEIGHT);
        try (PointerScope outer = new PointerScope();
                DraemNetwork network = DraemNetwork.create(one.options(), 0)) {
            network.convert(precision, format);
            network.train(true);
            Tensor images = torch.rand(one.batch(), 3, one.size(), one.size());
            Tensor mask = torch.rand(one.batch(), 1, one.size(), one.size())
                    .gt(new Scalar(0.9))
                    .to(ScalarType.Float);
            double[][] milliseconds = new double[5][one.steps()];
            try (Adam adam = new Adam(network.namedParameters(), 1e-4)) {
                for (int step = 0; step < one.steps(); step++) {
                    try (PointerScope scope = new PointerScope()) {
                        long start = System.nanoTime();
                        DraemNetwork.Output output = network.forward(images);
                        long forward = System.nanoTime();
                        DraemLoss.Parts parts = loss.forward(output, images, mask);
                        parts.read();
                        long lossDone = System.nanoTime();
                        parts.total().backward();
                        long backward = System.nanoTime();
                        adam.step();
                        long end = System.nanoTime();
                        milliseconds[0][step] = (forward - start) / 1e6;
                        milliseconds[1][step] = (lossDone - forward) / 1e6;
                        milliseconds[2][step] = (backward - lossDone) / 1e6;
                        milliseconds[3][step] = (end - backward) / 1e6;
                        milliseconds[4][step] = (end - start) / 1e6;
                    }
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%2d/%2d   %4d  %5d  %-9s  %-12s  %8.1f  %6.1f  %8.1f  %5.1f  %9.2f%n",
                    one.options().baseWidth(),
                    one.options().discriminativeBaseWidth(),
                    one.size(),
                    one.batch(),
                    precision,
                    format,
                    median(milliseconds[0]),
                    median(milliseconds[1]),
                    median(milliseconds[2]),
                    median(milliseconds[3]),
                    one.batch() * 1000 / median(milliseconds[4]));
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
