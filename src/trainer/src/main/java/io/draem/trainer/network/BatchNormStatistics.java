package io.draem.trainer.network;

import java.util.Iterator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Takes the batch-norm statistics again with the weights as they are now ("precise batch norm", arXiv 2105.07576).
 *
 * <p>The running averages of training lag behind the weights while the learning rate is high, so that an evaluation with
 * them describes the network poorly.
 */
public final class BatchNormStatistics {

    private BatchNormStatistics() {}

    /**
     * Replaces all running means and variances by the averages over those batches; weights stay as they are, and so does
     * the mode (training or evaluation).
     *
     * <p>Each batch is requested inside a {@link PointerScope} of its own: one that is made then is released after its
     * use.
     *
     * @param batches images {@code [batch, 3, height, width]}
     * @throws IllegalArgumentException if there are none
     */
    public static void recompute(DraemNetwork network, Iterable<Tensor> batches) {
        Iterator<Tensor> remaining = batches.iterator();
        if (!remaining.hasNext()) {
            throw new IllegalArgumentException("Batch-norm statistics need at least one batch");
        }
        BatchNorm.Mode mode = network.mode();
        boolean training = mode.training();
        mode.train(true);
        try {
            network.forgetBatches();
            Scopes.withoutGradients(() -> {
                for (int count = 1; remaining.hasNext(); count++) {
                    try (PointerScope scope = new PointerScope()) {
                        mode.momentum(1.0 / count); // the running value becomes the plain mean of count batches
                        network.forward(remaining.next());
                    }
                }
            });
        } finally {
            mode.train(training);
        }
    }
}
