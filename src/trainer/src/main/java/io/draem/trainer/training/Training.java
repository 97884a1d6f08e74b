package io.draem.trainer.training;

import io.draem.trainer.data.Batch;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.loss.DraemLoss;
import io.draem.trainer.loss.LossParts;
import io.draem.trainer.network.BatchNormStatistics;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Precision;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** The training loop, from top to bottom. */
public final class Training {

    private Training() {}

    /** Hears of every step; must be quick. */
    @FunctionalInterface
    public interface Listener {

        /**
         * Called after each optimiser step.
         *
         * @param step steps done
         */
        void stepped(long step, LossParts loss);
    }

    /**
     * Trains the network in place and leaves it in evaluation mode, in float32, with its batch-norm statistics taken again.
     *
     * @param network as {@link DraemNetwork#create} made it
     * @param batches batches from step 0 on, of the recipe's image size
     * @param steps how many to take
     * @return the loss curve and the speed
     * @throws DivergedException if the loss is no longer a number; the network is then of no use
     */
    public static TrainingCurve run(
            Recipe recipe, DraemNetwork network, BatchLoader batches, long steps, Listener listener)
            throws InterruptedException, DivergedException {
        LearningRateSchedule schedule = new LearningRateSchedule(
                recipe.optimizer().learningRate(),
                recipe.optimizer().milestones(),
                recipe.optimizer().gamma());
        DraemLoss criterion = new DraemLoss(recipe.loss().focal(), recipe.loss().sspcabWeight());
        TrainingCurve curve = new TrainingCurve(steps, recipe.length().batchSize());

        network.convert(recipe.precision(), MemoryFormat.ChannelsLast);
        network.train(true);
        try (Adam adam = new Adam(network.namedParameters(), recipe.optimizer().learningRate())) {
            for (long step = 0; step < steps; step++) {
                double learningRate = schedule.at(step, steps);
                adam.learningRate(learningRate);
                Batch batch = batches.next();
                LossParts loss;
                try (PointerScope scope = new PointerScope()) { // frees the step's tensors at once
                    int size = recipe.imageSize();
                    Tensor clean = Tensor.create(batch.clean(), batch.size(), 3, size, size);
                    Tensor augmented = Tensor.create(batch.augmented(), batch.size(), 3, size, size);
                    Tensor mask = Tensor.create(batch.mask(), batch.size(), 1, size, size);

                    DraemNetwork.Output output = network.forward(augmented);
                    DraemLoss.Parts parts = criterion.forward(output, clean, mask);
                    parts.total().backward();
                    adam.step();
                    loss = parts.read();
                }
                if (!loss.isFinite()) {
                    throw new DivergedException(step, learningRate);
                }
                curve.add(step, loss, learningRate);
                listener.stepped(step + 1, loss);
            }
        }
        curve.finish(batches.waitedSeconds());

        network.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast); // what is exported runs in float32
        if (recipe.batchNorm().batches() > 0) {
            retakeBatchNormStatistics(recipe, network, batches);
        }
        network.train(false);
        return curve;
    }

    private static void retakeBatchNormStatistics(Recipe recipe, DraemNetwork network, BatchLoader batches)
            throws InterruptedException {
        List<Batch> some = new ArrayList<>();
        for (int i = 0; i < recipe.batchNorm().batches(); i++) {
            some.add(batches.next());
        }
        int size = recipe.imageSize();
        BatchNormStatistics.recompute(
                network,
                () -> some.stream()
                        .map(batch -> Tensor.create(
                                recipe.batchNorm().clean() ? batch.clean() : batch.augmented(),
                                batch.size(),
                                3,
                                size,
                                size))
                        .iterator());
    }
}
