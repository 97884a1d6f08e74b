package io.draem.trainer.network;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A map from {@code [batch, channels, height, width]} to the same kind of tensor. */
interface Layer {

    /** Returns the output, owned by the scope of the call. */
    Tensor forward(Tensor input);

    /** Returns the larger of each 2×2 pixels: half the height and width. */
    static Tensor pooled(Tensor input) {
        return torch.max_pool2d(input, 2, 2);
    }
}
