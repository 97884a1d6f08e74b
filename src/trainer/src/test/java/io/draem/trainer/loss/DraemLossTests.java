package io.draem.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.trainer.network.NetworkOutput;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class DraemLossTests {

    @Test
    void isNothingForAPerfectAnswer() {
        try (PointerScope scope = new PointerScope()) {
            Tensor clean = torch.rand(2, 3, 32, 32);
            Tensor mask = torch.zeros(2, 1, 32, 32);
            LossParts parts = loss(FocalLoss.BOTH, clean, clean, confident(0), mask);
            assertThat(parts.total()).isCloseTo(0, within(1e-6));
        }
    }

    @Test
    void aFalseAlarmCostsSomethingUnlessNormalPixelsAreLeftOut() {
        try (PointerScope scope = new PointerScope()) {
            Tensor clean = torch.rand(2, 3, 32, 32);
            Tensor mask = torch.zeros(2, 1, 32, 32);
            assertThat(loss(FocalLoss.BOTH, clean, clean, confident(1), mask).focal())
                    .isCloseTo(20, within(1e-4));
            assertThat(loss(FocalLoss.ANOMALOUS, clean, clean, confident(1), mask)
                            .focal())
                    .isZero();
        }
    }

    @Test
    void theStructuralPartOfANegativeIsLarge() {
        try (PointerScope scope = new PointerScope()) {
            Tensor clean = torch.rand(2, 3, 32, 48);
            Tensor negative = clean.neg().add(new Scalar(1.0));
            assertThat(Ssim.loss(negative, clean).item_double()).isBetween(0.8, 1.0);
        }
    }

    /** Logits that call every pixel normal (0) or anomalous (1) by a margin of 20. */
    private static Tensor confident(long label) {
        Tensor logits = torch.zeros(2, 2, 32, 32);
        logits.select(1, label).fill_(new Scalar(20.0));
        return logits;
    }

    private static LossParts loss(FocalLoss focal, Tensor reconstruction, Tensor clean, Tensor logits, Tensor mask) {
        return new DraemLoss(focal, DraemLoss.SSPCAB_WEIGHT)
                .forward(new NetworkOutput(reconstruction, logits, null, null), clean, mask)
                .read();
    }
}
