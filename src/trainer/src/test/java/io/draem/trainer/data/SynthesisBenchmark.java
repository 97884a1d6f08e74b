package io.draem.trainer.data;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.RandomStreams;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.synthesis.TestImages;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Prints how many samples one thread makes in a second, at two sizes, with images and with noise as textures; run it as a
 * program. At the default probability half of the samples are clean; the last column counts anomalous ones alone.
 */
final class SynthesisBenchmark {

    private static final int WARM_UP = 500;
    private static final int MEASURED = 2000;

    private SynthesisBenchmark() {}

    public static void main(String[] arguments) {
        System.out.println("size   textures   samples/s   anomalous samples/s");
        for (int side : new int[] {128, 256}) {
            print(side, "images", TestImages.pictures(side, side, 20));
            print(side, "noise", null);
        }
    }

    private static void print(int side, String name, @Nullable ImageSource<RgbImage> textures) {
        double mixed = samplesPerSecond(side, textures, SynthesisOptions.DEFAULTS);
        double anomalous = samplesPerSecond(side, textures, SynthesisOptions.DEFAULTS.withAnomalyProbability(1));
        System.out.printf("%4d   %-8s   %9.0f   %19.0f%n", side, name, mixed, anomalous);
    }

    private static double samplesPerSecond(
            int side, @Nullable ImageSource<RgbImage> textures, SynthesisOptions options) {
        NormalSource normals = NormalSource.whole(TestImages.tensors(side, side, 20), null);
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(options, side, side, normals, textures);
        long start = 0;
        for (int i = -WARM_UP; i < MEASURED; i++) {
            if (i == 0) {
                start = System.nanoTime();
            }
            RandomGenerator random = RandomStreams.of(0, "benchmark", i);
            synthesizer.synthesize(normals.draw(Math.floorMod(i, 20), random), random);
        }
        return MEASURED / ((System.nanoTime() - start) / 1e9);
    }
}
