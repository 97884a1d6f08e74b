package io.draem.trainer.training;

import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.data.Batch;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.loss.DraemLoss;
import io.draem.trainer.loss.LossParts;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/** The training loop, from top to bottom. */
public final class Training {

    private final TrainingSetup setup;
    private final Recipe recipe;
    private final DraemNetwork network;
    private final Adam adam;
    private final DraemLoss criterion;
    private final LearningRateSchedule learningRates;
    private final TrainingCurve curve;
    private long step;
    private Map<String, Tensor> best = Map.of();
    private long savedStep = -1;
    private long savedAt = System.nanoTime();

    private Training(TrainingSetup setup, DraemNetwork network, Adam adam) {
        this.setup = setup;
        this.recipe = setup.recipe();
        this.network = network;
        this.adam = adam;
        criterion = new DraemLoss(recipe.loss().focal(), recipe.loss().sspcabWeight());
        learningRates = new LearningRateSchedule(recipe.optimizer());
        curve = new TrainingCurve(setup.steps(), recipe.length().batchSize());
    }

    /**
     * Trains a network from its first weights or from a checkpoint; either way the same seed and the same number of
     * threads give the same weights, to the bit.
     *
     * @throws DivergedException if the loss or the weights are no longer numbers
     * @throws StoppedException if it was asked to stop; a checkpoint of the last step has been written
     * @throws IOException if an image cannot be read again, after a checkpoint has been written, or if a checkpoint
     *     cannot be written or does not fit the recipe
     */
    public static TrainedModel run(TrainingSetup setup, @Nullable Checkpoint from)
            throws IOException, InterruptedException, DivergedException, StoppedException {
        Recipe recipe = setup.recipe();
        try (DraemNetwork network = from == null ? setup.firstNetwork().make() : network(setup, from)) {
            network.moveTo(setup.device());
            network.convert(recipe.precision(), MemoryFormat.ChannelsLast);
            network.train(true);
            Recipe.Optimizer optimizer = recipe.optimizer();
            try (Adam adam = new Adam(network.namedParameters(), optimizer.learningRate(), optimizer.adam())) {
                Training training = new Training(setup, network, adam);
                if (from != null) {
                    training.restore(from);
                }
                return training.run();
            }
        }
    }

    private static DraemNetwork network(TrainingSetup setup, Checkpoint from) throws CheckpointException {
        try {
            return DraemNetwork.load(setup.recipe().network(), from.weights());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(setup.checkpoints().file(from.step()), String.valueOf(e.getMessage()));
        }
    }

    private void restore(Checkpoint from) throws CheckpointException {
        try {
            adam.restore(from.optimizer());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(setup.checkpoints().file(from.step()), String.valueOf(e.getMessage()));
        }
        curve.restore(from.curve());
        step = from.step();
        savedStep = step;
        best = from.best();
    }

    private TrainedModel run() throws IOException, InterruptedException, DivergedException, StoppedException {
        long steps = setup.steps();
        try (BatchLoader batches = setup.batches().apply(step)) {
            while (true) {
                if (setup.stopRequested().getAsBoolean()) {
                    throw new StoppedException(step, save());
                }
                if (recipe.selection().isDue(step, steps) && !curve.isValidated(step)) {
                    validate();
                    continue; // it may have been abandoned
                }
                if (step >= steps || isOutOfPatience()) {
                    break;
                }
                if (setup.schedule()
                        .isDue(step - Math.max(0, savedStep), Duration.ofNanos(System.nanoTime() - savedAt))) {
                    save();
                }
                takeStep(batches);
            }
            save(); // before anything else can fail
        }
        curve.finish();
        if (recipe.selection().keep() == Keep.BEST && !best.isEmpty()) {
            return new TrainedModel(best, curve.best().orElseThrow().step(), curve);
        }
        try (DraemNetwork candidate = Candidate.of(setup, network, () -> false)) {
            return new TrainedModel(candidate.tensors(), step, curve);
        }
    }

    private void takeStep(BatchLoader batches) throws IOException, InterruptedException, DivergedException {
        long start = System.nanoTime();
        Batch batch;
        try {
            batch = batches.next();
        } catch (UncheckedIOException e) {
            save();
            throw e.getCause();
        }
        double waited = (System.nanoTime() - start) / 1e9;
        double learningRate = learningRates.at(step, setup.steps());
        adam.learningRate(learningRate);
        LossParts loss;
        try (PointerScope scope = new PointerScope()) { // frees the step's tensors at once
            int width = recipe.imageSize().width();
            int height = recipe.imageSize().height();
            int count = batch.size();
            var clean = network.onDevice(org.bytedeco.pytorch.Tensor.create(batch.clean(), count, 3, height, width));
            var augmented = org.bytedeco.pytorch.Tensor.create(batch.augmented(), count, 3, height, width);
            var mask = network.onDevice(org.bytedeco.pytorch.Tensor.create(batch.mask(), count, 1, height, width));

            NetworkOutput output = network.forward(augmented);
            DraemLoss.Parts parts = criterion.forward(output, clean, mask);
            parts.total().backward();
            if (recipe.optimizer().gradientClip() > 0) {
                adam.clipGradients(recipe.optimizer().gradientClip());
            }
            adam.step();
            loss = parts.read();
        }
        if (!loss.isFinite()) {
            throw new DivergedException("The loss", step + 1, learningRate);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        curve.add(step, loss, learningRate, took.toNanos() / 1e9, waited);
        step++;
        setup.listener().stepped(step, loss, learningRate, took);
    }

    /** Evaluates the current weights on a copy: the training itself is the same with and without it. */
    private void validate() throws IOException, InterruptedException, DivergedException {
        requireFinite();
        try (DraemNetwork candidate = Candidate.of(setup, network, setup.stopRequested())) {
            ValidationFigures validation = setup.validator().validate(step, candidate, setup.stopRequested());
            curve.add(validation);
            boolean better = curve.best().orElseThrow().step() == step;
            if (better) {
                best = candidate.tensors();
            }
            setup.listener().validated(validation, better);
        } catch (IOException e) { // a labeled image has vanished
            save();
            throw e;
        } catch (UncheckedIOException e) { // one of those that batches or synthetic anomalies are made of
            save();
            throw e.getCause();
        } catch (CancellationException e) {
            // The loop sees that it is to stop, saves, and the resumed run validates this step.
        }
    }

    private boolean isOutOfPatience() {
        int patience = recipe.selection().patience();
        return patience > 0 && curve.validationsSinceBest() >= patience;
    }

    private Path save() throws IOException, DivergedException {
        Path file = setup.checkpoints().file(step);
        if (step == savedStep) {
            return file;
        }
        requireFinite();
        Checkpoint.write(
                file,
                step,
                setup.origin().toJson(),
                curve.state(),
                network.deferredTensors(),
                adam.deferredState(),
                best);
        setup.checkpoints().prune();
        savedStep = step;
        savedAt = System.nanoTime();
        setup.listener().saved(step, file);
        return file;
    }

    private void requireFinite() throws DivergedException {
        if (!network.isFinite() || !adam.isFinite()) {
            throw new DivergedException("A weight", step, adam.learningRate());
        }
    }
}
