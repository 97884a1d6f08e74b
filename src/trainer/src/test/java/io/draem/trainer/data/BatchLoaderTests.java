package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.NormalAugmentation;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.Sample;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.synthesis.TestImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BatchLoaderTests {

    private static final int SIDE = 32;
    private static final int AREA = SIDE * SIDE;

    private final ImageSource<float[]> images = TestImages.tensors(SIDE, SIDE, 5);
    private final NormalSource normals = NormalSource.whole(images, null);
    private final AnomalySynthesizer synthesizer = synthesizer(SynthesisOptions.DEFAULTS);

    @Test
    void givesTheSameBatchesOnOneThreadAndOnFour() throws InterruptedException {
        List<Batch> one = batches(0, 12, 1, 1);
        List<Batch> four = batches(0, 12, 4, 7);
        for (int step = 0; step < 12; step++) {
            assertThat(four.get(step).step()).isEqualTo(step);
            assertSame(one.get(step), four.get(step));
        }
    }

    @Test
    void continuesAResumedRunExactly() throws InterruptedException {
        List<Batch> whole = batches(0, 10, 2, 3);
        List<Batch> rest = batches(6, 4, 2, 3);
        for (int i = 0; i < 4; i++) {
            assertSame(whole.get(6 + i), rest.get(i));
        }
    }

    @Test
    void aCropHasRandomNumbersOfItsOwnSoThatThoseOfTheAnomalyAreAsWithoutIt() throws InterruptedException {
        NormalSource drawing = new NormalSource() {
            @Override
            public int size() {
                return normals.size();
            }

            @Override
            public Normal draw(int index, RandomGenerator random) {
                random.nextLong();
                return normals.draw(index, random);
            }
        };
        try (BatchLoader loader = new BatchLoader(drawing, synthesizer, 3, 42, 0, 1, 1)) {
            assertSame(batches(0, 1, 1, 1).get(0), loader.next());
        }
    }

    @Test
    void anotherSeedGivesOtherBatches() throws InterruptedException {
        try (BatchLoader loader = new BatchLoader(normals, synthesizer, 3, 1, 0, 1, 1)) {
            assertThat(loader.next().augmented())
                    .isNotEqualTo(batches(0, 1, 1, 1).get(0).augmented());
        }
    }

    @Test
    void showsEachImageOnceAnEpochInAnotherOrderEachTime() throws InterruptedException {
        List<Integer> seen = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(normals, cleanAndUpright(), 3, 0, 0, 2, 2)) {
            assertThat(loader.stepsPerEpoch()).isEqualTo(2);
            for (int step = 0; step < 5; step++) {
                Batch batch = loader.next();
                for (int k = 0; k < 3; k++) {
                    seen.add(imageOf(batch, k));
                }
            }
        }
        List<Integer> first = seen.subList(0, 5);
        List<Integer> second = seen.subList(5, 10);
        List<Integer> third = seen.subList(10, 15);
        assertThat(first).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(second).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(third).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
    }

    @Test
    void repeatsImagesWithinABatchThatIsLargerThanTheSet() throws InterruptedException {
        try (BatchLoader loader = new BatchLoader(normals, cleanAndUpright(), 11, 0, 0, 1, 1)) {
            Batch batch = loader.next();
            assertThat(loader.stepsPerEpoch()).isEqualTo(1);
            assertThat(batch.size()).isEqualTo(11);
            assertThat(batch.clean()).hasSize(11 * 3 * AREA);
            assertThat(batch.mask()).hasSize(11 * AREA).containsOnly(0f);
            int[] times = new int[5];
            for (int k = 0; k < 11; k++) {
                times[imageOf(batch, k)]++;
            }
            assertThat(times).containsOnly(2, 3);
        }
    }

    @Test
    void whatGoesWrongInAThreadIsThrownByNext() throws InterruptedException {
        ImageSource<float[]> broken = new ImageSource<>() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public float[] get(int index) {
                throw new UncheckedIOException(new IOException("disk gone"));
            }
        };
        try (BatchLoader loader = new BatchLoader(NormalSource.whole(broken, null), synthesizer, 2, 0, 0, 1, 1)) {
            assertThatThrownBy(loader::next)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("disk gone");
        }
    }

    @Test
    void countsTheTimeThatItLetsTheLoopWait() throws InterruptedException {
        try (BatchLoader loader = new BatchLoader(normals, synthesizer, 3, 0, 0, 1, 1)) {
            assertThat(loader.waitedSeconds()).isZero();
            loader.next();
            assertThat(loader.waitedSeconds()).isPositive();
        }
    }

    @Test
    void validatesWithHalfOfTheSamplesAnomalousAndTheSameEachTime() {
        for (int i = 0; i < 2 * normals.size(); i++) {
            Sample sample = BatchLoader.validationSample(normals, synthesizer, 2, 9, i);
            Sample again = BatchLoader.validationSample(normals, synthesizer, 2, 9, i);
            assertThat(sample.anomalous()).isEqualTo(i % 2 == 1);
            assertThat(sample.clean()).isEqualTo(images.get(i / 2)); // not turned
            assertThat(again.augmented()).isEqualTo(sample.augmented());
        }
    }

    private List<Batch> batches(long firstStep, int count, int threads, int ahead) throws InterruptedException {
        List<Batch> batches = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(normals, synthesizer, 3, 42, firstStep, threads, ahead)) {
            for (int i = 0; i < count; i++) {
                batches.add(loader.next());
            }
        }
        return batches;
    }

    private AnomalySynthesizer cleanAndUpright() {
        return synthesizer(SynthesisOptions.DEFAULTS.withAnomalyProbability(0).with(NormalAugmentation.NONE));
    }

    private AnomalySynthesizer synthesizer(SynthesisOptions options) {
        return new AnomalySynthesizer(options, SIDE, SIDE, normals, TestImages.pictures(SIDE, SIDE, 4));
    }

    private int imageOf(Batch batch, int sample) {
        float[] clean = Arrays.copyOfRange(batch.clean(), sample * 3 * AREA, (sample + 1) * 3 * AREA);
        for (int i = 0; i < normals.size(); i++) {
            if (Arrays.equals(clean, images.get(i))) {
                return i;
            }
        }
        throw new AssertionError("Sample " + sample + " is none of the images");
    }

    private static void assertSame(Batch expected, Batch actual) {
        assertThat(actual.step()).isEqualTo(expected.step());
        assertThat(actual.clean()).isEqualTo(expected.clean());
        assertThat(actual.augmented()).isEqualTo(expected.augmented());
        assertThat(actual.mask()).isEqualTo(expected.mask());
    }
}
