package io.draem.trainer.loss;

import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The focal loss of a two-class pixel map (arXiv 1708.02002), γ = 2: {@code −(1 − p)² · log p}, p of the true class. */
public enum FocalLoss {
    /** Counts normal and anomalous pixels equally, as the paper and the official code do. */
    BOTH,

    /**
     * Counts anomalous pixels alone, but divides by the number of all pixels times the two classes, as anomalib 2.7 does
     * with kornia since 0.7: normal pixels do not contribute, so nothing lowers the map on them.
     */
    ANOMALOUS;

    /**
     * Returns the loss of a batch.
     *
     * @param logits {@code [batch, 2, height, width]}
     * @param mask 1 where anomalous, else 0, {@code [batch, 1, height, width]}
     */
    Tensor forward(Tensor logits, Tensor mask) {
        Tensor logProbabilities = torch.log_softmax(logits, 1);
        Tensor logProbability = logProbabilities.gather(1, mask.to(ScalarType.Long));
        Tensor miss = logProbability.exp().neg().add(new Scalar(1.0)).square();
        Tensor gain = miss.mul(logProbability);
        return switch (this) {
            case BOTH -> gain.mean().neg();
            case ANOMALOUS -> gain.mul(mask).mean().div(new Scalar(-2.0));
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
