package io.draem.trainer.loss;

import io.draem.trainer.network.NetworkOutput;
import io.draem.trainer.network.Scopes;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * DRÆM's loss: {@code l2 + 2 · ssim + focal}, and with SSPCAB {@code + sspcabWeight · sspcab}.
 *
 * @param focal pixels that contribute to the focal part
 * @param sspcabWeight weight of the SSPCAB part; {@link #SSPCAB_WEIGHT} unless there is a reason
 */
public record DraemLoss(FocalLoss focal, double sspcabWeight) {

    /** The weight of arXiv 2111.09099, section 4. */
    public static final double SSPCAB_WEIGHT = 0.1;

    private static final double SSIM_WEIGHT = 2; // anomalib's; the paper's λ is 1 with an SSIM loss twice as large

    /**
     * The differentiable loss of one batch as scalars, owned by the scope of the call.
     *
     * @param l2 mean squared error of the reconstruction
     * @param ssim its structural dissimilarity, unweighted
     * @param focal the focal loss of the map
     * @param sspcab mean squared error of the prediction of the SSPCAB block, unweighted; null without one
     */
    public record Parts(
            Tensor total,
            Tensor l2,
            Tensor ssim,
            Tensor focal,
            @Nullable Tensor sspcab) {

        /** Reads all values. */
        public LossParts read() {
            return new LossParts(
                    total.item_double(),
                    l2.item_double(),
                    ssim.item_double(),
                    focal.item_double(),
                    sspcab == null ? 0 : sspcab.item_double());
        }

        private Stream<Tensor> tensors() {
            return Stream.of(total, l2, ssim, focal, sspcab).filter(Objects::nonNull);
        }
    }

    /**
     * Returns the loss of a batch.
     *
     * @param output output of the network for the augmented images
     * @param clean the images before augmentation, {@code [batch, 3, height, width]}
     * @param mask 1 where augmented, else 0, {@code [batch, 1, height, width]}
     */
    public Parts forward(NetworkOutput output, Tensor clean, Tensor mask) {
        return Scopes.keep(
                () -> {
                    Tensor reconstruction = output.reconstruction().contiguous();
                    Tensor l2 = torch.mse_loss(reconstruction, clean);
                    Tensor ssim = Ssim.loss(reconstruction, clean.contiguous());
                    Tensor focalLoss = focal.forward(output.logits(), mask);
                    Tensor total = l2.add(ssim, new Scalar(SSIM_WEIGHT)).add(focalLoss);
                    Tensor sspcab = null;
                    Tensor predicted = output.sspcabOutput();
                    Tensor target = output.sspcabInput();
                    if (predicted != null && target != null) {
                        sspcab = torch.mse_loss(target, predicted);
                        total = total.add(sspcab, new Scalar(sspcabWeight));
                    }
                    return new Parts(total, l2, ssim, focalLoss, sspcab);
                },
                Parts::tensors);
    }
}
