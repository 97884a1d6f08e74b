package io.draem.trainer.training;

import io.draem.frame.FrameSize;
import io.draem.trainer.data.Batch;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.network.BatchNormStatistics;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Precision;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Creates a network for evaluation and export from one in training. */
final class Candidate {

    private Candidate() {}

    /**
     * Returns a copy in evaluation mode, in float32, with batch-norm statistics recomputed over the batches that
     * would follow the last step: the same ones at every step.
     *
     * @throws CancellationException if {@code abandon} returns true meanwhile
     */
    static DraemNetwork of(TrainingSetup setup, DraemNetwork network, BooleanSupplier abandon) {
        Recipe recipe = setup.recipe();
        DraemNetwork copy = DraemNetwork.load(recipe.network(), network.tensors());
        try {
            copy.moveTo(setup.device());
            copy.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast); // exported graphs run in float32
            if (recipe.batchNorm().batches() > 0) {
                try (BatchLoader batches = setup.batches().apply(setup.steps())) {
                    BatchNormStatistics.recompute(copy, () -> images(recipe, batches, abandon));
                }
            }
            copy.train(false);
            return copy;
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    private static Iterator<Tensor> images(Recipe recipe, BatchLoader batches, BooleanSupplier abandon) {
        return new Iterator<>() {

            private int given;

            @Override
            public boolean hasNext() {
                return given < recipe.batchNorm().batches();
            }

            @Override
            public Tensor next() {
                if (abandon.getAsBoolean()) {
                    throw new CancellationException();
                }
                given++;
                Batch batch;
                try {
                    batch = batches.next();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("Nothing interrupts a training", e);
                }
                FrameSize size = recipe.imageSize();
                float[] images = recipe.batchNorm().clean() ? batch.clean() : batch.augmented();
                return Tensor.create(images, batch.size(), 3, size.height(), size.width());
            }
        };
    }
}
