package io.draem.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.FrameCrops;
import io.draem.trainer.data.FrameStore;
import io.draem.trainer.data.TestFrames;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.loss.LossParts;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.network.Threads;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.synthesis.TestImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trains a tiny network to its end, in one go and in pieces. */
@Tag("slow")
class TrainingTests {

    private static final int SIDE = 32;
    private static final int STEPS = 6;
    private static final Selection UNVALIDATED = new Selection(0L, 0, Keep.LAST);
    private static final ImageSource<float[]> NORMALS = TestImages.tensors(SIDE, SIDE, 5);

    private final List<Path> saved = new ArrayList<>();
    private int loaders = 1;

    @TempDir
    private Path folder;

    @BeforeAll
    static void useOneThread() {
        Threads.use(1);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32", "BFLOAT16"})
    void resumesFromAnyCheckpointToTheSameWeights(Precision precision) throws Exception {
        Recipe recipe = recipe(new Selection(2L, 0, Keep.LAST), precision);
        Map<String, Tensor> whole = train(recipe, null, new Ear()).weights();
        assertThat(saved).hasSize(STEPS);
        for (int step : new int[] {1, 4, STEPS}) {
            TrainedModel resumed = train(recipe, Checkpoint.read(saved.get(step - 1)), new Ear());
            assertSame(resumed.weights(), whole);
            assertThat(resumed.curve().validations()).hasSize(STEPS / 2);
        }
    }

    @Test
    void cropsOfFramesResumeToTheSameWeightsOnAnyNumberOfThreads() throws Exception {
        Recipe recipe = recipe(UNVALIDATED);
        try (FrameStore frames = TestFrames.in(folder.resolve("frames")).open(List.of("90x70", "70x100", "20x40"))) {
            RegionOfInterest region = RegionOfInterest.parse("0.2,0 1,0 1,0.8");
            NormalSource crops = FrameCrops.of(frames, FrameSize.square(SIDE), 0, region);
            Map<String, Tensor> whole = train(recipe, crops, null, new Ear(), TrainingTests::validate, () -> false)
                    .weights();
            loaders = 3;
            for (int step : new int[] {1, 4}) {
                Checkpoint from = Checkpoint.read(saved.get(step - 1));
                assertSame(
                        train(recipe, crops, from, new Ear(), TrainingTests::validate, () -> false)
                                .weights(),
                        whole);
            }
        }
    }

    @Test
    void tilesAndARegionMakeAnotherTrainingAndWholeImagesTheSameAsBeforeThereWereAny() {
        Recipe whole = recipe(UNVALIDATED);
        Recipe tiled = tiled(whole).with(RegionOfInterest.parse("0,0 1,0 1,1"));
        JsonNode before = origin(whole).toJson();
        assertThat(before.get("recipe").has("tiling")).isFalse();
        assertThat(before.get("recipe").has("region")).isFalse();
        assertThat(before.at("/recipe/synthesis/normalRotation").toString())
                .isEqualTo("{\"probability\":0.3,\"degrees\":90.0}");
        assertThat(JsonMapper.shared().treeToValue(before.at("/recipe/synthesis"), SynthesisOptions.class))
                .isEqualTo(whole.synthesis());
        assertThat(origin(whole).differencesFrom(before)).isEmpty();
        assertThat(origin(tiled).differencesFrom(before))
                .containsExactly(
                        "--region-of-interest: not known in the checkpoint, " + tiled.region() + " now",
                        "margin of --tiles: not known in the checkpoint, 8 now",
                        "--overlap: not known in the checkpoint, 16 now",
                        "--scale: not known in the checkpoint, 0.5 now");
    }

    @Test
    void aCenteredInputMakesAnotherTraining() {
        Recipe whole = recipe(UNVALIDATED);
        JsonNode before = origin(whole).toJson();
        assertThat(before.at("/recipe/network").has("centered")).isFalse();
        assertThat(origin(whole.with(whole.network().centering())).differencesFrom(before))
                .containsExactly("--center-input: not known in the checkpoint, true now");
    }

    private static Recipe tiled(Recipe recipe) {
        return new Recipe(
                recipe.imageSize(),
                new Tiling(FrameScale.parse("0.5"), 16, 8),
                null,
                recipe.network(),
                recipe.initialization(),
                recipe.loss(),
                recipe.length(),
                recipe.optimizer(),
                recipe.precision(),
                recipe.synthesis(),
                recipe.validation(),
                recipe.batchNorm(),
                recipe.seed(),
                recipe.selection());
    }

    private static TrainingOrigin origin(Recipe recipe) {
        return new TrainingOrigin(
                recipe, "data", new TrainingOrigin.Parts("", "", ""), "", "", ComputeDevice.CPU, 1, "test", null);
    }

    @Test
    void validationChangesNothing() throws Exception {
        Map<String, Tensor> without =
                train(recipe(UNVALIDATED), null, new Ear()).weights();
        Map<String, Tensor> with =
                train(recipe(new Selection(1L, 0, Keep.LAST)), null, new Ear()).weights();
        assertSame(with, without);
    }

    @Test
    void theBestWeightsAreThoseThatWereValidated() throws Exception {
        List<Map<String, Tensor>> seen = new ArrayList<>();
        Validator validator = (step, network, abandon) -> {
            seen.add(network.tensors());
            assertThat(network.isTraining()).isFalse();
            return figures(step, step == 2 ? 0.9 : 0.5);
        };
        TrainedModel model = train(recipe(new Selection(1L, 0, Keep.BEST)), null, new Ear(), validator, () -> false);
        assertThat(model.step()).isEqualTo(2);
        assertThat(seen).hasSize(STEPS);
        assertSame(model.weights(), seen.get(1));

        TrainedModel resumed = train(
                recipe(new Selection(1L, 0, Keep.BEST)),
                Checkpoint.read(saved.get(3)),
                new Ear(),
                validator,
                () -> false);
        assertThat(resumed.step()).as("the checkpoint holds the best of before").isEqualTo(2);
        assertSame(resumed.weights(), seen.get(1));
    }

    @Test
    void patienceEndsATrainingThatGetsNoBetter() throws Exception {
        List<Long> validated = new ArrayList<>();
        Validator validator = (step, network, abandon) -> {
            validated.add(step);
            return figures(step, 1.0 / step);
        };
        TrainedModel model = train(recipe(new Selection(1L, 2, Keep.BEST)), null, new Ear(), validator, () -> false);
        assertThat(validated).containsExactly(1L, 2L, 3L);
        assertThat(model.step()).isEqualTo(1);

        validated.clear();
        assertThat(train(
                                recipe(new Selection(1L, 2, Keep.BEST)),
                                Checkpoint.read(saved.get(saved.size() - 1)),
                                new Ear(),
                                validator,
                                () -> false)
                        .step())
                .as("it does not go on by being resumed")
                .isEqualTo(1);
        assertThat(validated).isEmpty();
    }

    @Test
    void aStopDuringAStepSavesAndResumesToTheSameWeights() throws Exception {
        Recipe recipe = recipe(new Selection(3L, 0, Keep.LAST));
        Map<String, Tensor> whole = train(recipe, null, new Ear()).weights();
        boolean[] stop = new boolean[1];
        Ear stopping = new Ear() {
            @Override
            public void stepped(long step, LossParts loss, double learningRate, Duration took) {
                stop[0] = step == 3;
            }
        };
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> train(recipe, null, stopping, TrainingTests::validate, () -> stop[0]))
                .withMessageContaining("step-000000003.safetensors");
        Checkpoint checkpoint = newest();
        assertThat(checkpoint.curve().at("/validationCurve").size())
                .as("the validation of that step waits for the resumed run")
                .isZero();
        assertSame(train(recipe, checkpoint, new Ear()).weights(), whole);
    }

    @Test
    void aStopAbandonsAValidationAndTheResumedRunTakesItAgain() throws Exception {
        boolean[] stop = new boolean[1];
        Recipe recipe = recipe(new Selection(2L, 0, Keep.LAST));
        Validator abandoned = (step, network, abandon) -> {
            stop[0] = true;
            throw new CancellationException();
        };
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> train(recipe, null, new Ear(), abandoned, () -> stop[0]))
                .withMessageStartingWith("Stopped after step 2");
        TrainedModel resumed = train(recipe, newest(), new Ear());
        assertThat(resumed.curve().validations())
                .extracting(ValidationFigures::step)
                .containsExactly(2L, 4L, 6L);
    }

    @Test
    void aLossThatIsNoNumberLeavesTheLastGoodCheckpoint() throws Exception {
        int[] poisoned = {-1};
        ImageSource<float[]> normals = source(index -> {
            float[] image = NORMALS.get(index).clone();
            if (index == poisoned[0]) {
                Arrays.fill(image, Float.NaN);
            }
            return image;
        });
        Ear poisoning = new Ear() {
            @Override
            public void saved(long step, Path checkpoint) {
                super.saved(step, checkpoint);
                poisoned[0] = step == 2 ? 0 : poisoned[0]; // every image comes within three steps
            }
        };
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> train(recipe(UNVALIDATED), normals, null, poisoning))
                .withMessageContaining("is not a number at learning rate");
        assertThat(saved).hasSizeBetween(2, STEPS - 1);
        assertThat(newest().weights()
                        .get("reconstructive_subnetwork.decoder.fin_out.0.bias")
                        .toFloats())
                .doesNotContain(Float.NaN);
        assertNothingHalfWritten();
    }

    @Test
    void anImageThatVanishesIsNamedAndTheTrainingResumesWhenItIsBack() throws Exception {
        Map<String, Tensor> whole = train(recipe(UNVALIDATED), null, new Ear()).weights();
        boolean[] gone = new boolean[1];
        ImageSource<float[]> normals = source(index -> {
            if (gone[0]) {
                throw new UncheckedIOException(new NoSuchFileException("good/003.png"));
            }
            return NORMALS.get(index);
        });
        Ear deleting = new Ear() {
            @Override
            public void stepped(long step, LossParts loss, double learningRate, Duration took) {
                gone[0] = true;
            }
        };
        assertThatThrownBy(() -> train(recipe(UNVALIDATED), normals, null, deleting))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("good/003.png");
        gone[0] = false;
        assertSame(train(recipe(UNVALIDATED), newest(), new Ear()).weights(), whole);
    }

    @Test
    @Timeout(60)
    void aWorkerThatHangsAtTheEndCostsNeitherTheLastCheckpointNorTheModel() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        AtomicInteger given = new AtomicInteger();
        int beyondTheLastStep = STEPS * 2 + 1;
        ImageSource<float[]> normals = source(index -> {
            if (given.incrementAndGet() == beyondTheLastStep) {
                awaitWhateverInterrupts(hang);
            }
            return NORMALS.get(index);
        });
        try {
            TrainedModel model = train(recipe(UNVALIDATED), normals, null, new Ear());
            assertThat(model.step()).isEqualTo(STEPS);
            assertThat(newest().step()).isEqualTo(STEPS);
            assertThat(hang.getCount()).as("it still hangs").isEqualTo(1);
        } finally {
            hang.countDown();
        }
    }

    private static void awaitWhateverInterrupts(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // as a read from a dead network disk, it does not care
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskLeavesTheLastGoodCheckpoint() throws Exception {
        Map<String, Tensor> whole = train(recipe(UNVALIDATED), null, new Ear()).weights();
        Path full = AtomicFile.of(folder.resolve("step-000000004.safetensors"));
        Ear filling = new Ear() {
            @Override
            public void stepped(long step, LossParts loss, double learningRate, Duration took) {
                try {
                    if (step == 4) {
                        Files.createSymbolicLink(full, Path.of("/dev/full"));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> train(recipe(UNVALIDATED), null, filling))
                .withMessageContaining("No space left on device");
        assertNothingHalfWritten();
        Checkpoint checkpoint = newest();
        assertThat(checkpoint.step()).isEqualTo(3);
        assertSame(train(recipe(UNVALIDATED), checkpoint, new Ear()).weights(), whole);
    }

    @Test
    void aCheckpointOfAnotherNetworkIsRefused() throws Exception {
        train(recipe(UNVALIDATED), null, new Ear());
        Checkpoint one = newest();
        Checkpoint without = new Checkpoint(
                one.step(),
                one.origin(),
                one.curve(),
                one.weights(),
                Map.of("step", one.optimizer().get("step")),
                one.best());
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> train(recipe(UNVALIDATED), without, new Ear()))
                .withMessageContaining("The optimizer's state has no tensor");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> train(
                        recipe(UNVALIDATED),
                        new Checkpoint(1, one.origin(), one.curve(), Map.of(), one.optimizer(), one.best()),
                        new Ear()))
                .withMessageContaining("The network needs a tensor");
    }

    private TrainedModel train(Recipe recipe, @Nullable Checkpoint from, Ear ear) throws Exception {
        return train(recipe, from, ear, TrainingTests::validate, () -> false);
    }

    private TrainedModel train(Recipe recipe, ImageSource<float[]> normals, @Nullable Checkpoint from, Ear ear)
            throws Exception {
        return train(recipe, NormalSource.whole(normals, null), from, ear, TrainingTests::validate, () -> false);
    }

    private TrainedModel train(
            Recipe recipe, @Nullable Checkpoint from, Ear ear, Validator validator, BooleanSupplier stop)
            throws Exception {
        return train(recipe, NormalSource.whole(NORMALS, null), from, ear, validator, stop);
    }

    private TrainedModel train(
            Recipe recipe,
            NormalSource normals,
            @Nullable Checkpoint from,
            Ear ear,
            Validator validator,
            BooleanSupplier stop)
            throws Exception {
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(recipe.synthesis(), SIDE, SIDE, normals, null);
        try (Checkpoints checkpoints = Checkpoints.open(folder)) {
            checkpoints.discard();
            return Training.run(
                    new TrainingSetup(
                            origin(recipe),
                            STEPS,
                            () -> DraemNetwork.create(recipe.network(), recipe.initialization(), recipe.seed()),
                            ComputeDevice.CPU,
                            step -> new BatchLoader(
                                    normals,
                                    synthesizer,
                                    recipe.length().batchSize(),
                                    recipe.seed(),
                                    step,
                                    loaders,
                                    loaders),
                            validator,
                            checkpoints,
                            new CheckpointSchedule(1, Duration.ZERO),
                            ear,
                            stop),
                    from);
        }
    }

    private static ValidationFigures validate(long step, DraemNetwork network, BooleanSupplier abandon) {
        return figures(step, 0.5);
    }

    private static ValidationFigures figures(long step, double score) {
        return new ValidationFigures(step, score, 0.5, score);
    }

    private Checkpoint newest() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return Checkpoint.read(files.filter(file -> file.toString().endsWith(".safetensors"))
                    .max(Path::compareTo)
                    .orElseThrow());
        }
    }

    private void assertNothingHalfWritten() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
        }
    }

    private static void assertSame(Map<String, Tensor> actual, Map<String, Tensor> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (name, tensor) -> assertThat(actual.get(name).data()).as(name).isEqualTo(tensor.data()));
    }

    private static ImageSource<float[]> source(IntFunction<float[]> images) {
        return new ImageSource<>() {
            @Override
            public int size() {
                return NORMALS.size();
            }

            @Override
            public float[] get(int index) {
                return images.apply(index);
            }
        };
    }

    private static Recipe recipe(Selection selection) {
        return recipe(selection, Precision.FLOAT32);
    }

    private static Recipe recipe(Selection selection, Precision precision) {
        return new Recipe(
                FrameSize.square(SIDE),
                null,
                null,
                new NetworkOptions(4, 4, false),
                Initialization.PAPER,
                new Recipe.Loss(FocalLoss.BOTH, 0.1),
                new Recipe.Length(1, STEPS, 2),
                new Recipe.Optimizer(1e-3, Decay.MILESTONES, List.of(0.5), 0.2, 0.5, Adam.Options.DEFAULTS, 1),
                precision,
                SynthesisOptions.DEFAULTS,
                new Recipe.Validation(ValidationSplit.SYNTHETIC, 0.2),
                new Recipe.BatchNormRetake(2, false),
                3,
                selection);
    }

    /** Keeps a copy of every checkpoint. */
    private class Ear implements TrainingListener {

        @Override
        public void stepped(long step, LossParts loss, double learningRate, Duration took) {}

        @Override
        public void saved(long step, Path checkpoint) {
            try {
                Path copies = Files.createDirectories(folder.resolve("copies"));
                saved.add(Files.copy(checkpoint, copies.resolve(saved.size() + ".safetensors")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
