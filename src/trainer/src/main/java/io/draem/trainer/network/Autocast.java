package io.draem.trainer.network;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Lets this thread run what is safe to run so in bfloat16 until it is closed. */
final class Autocast implements AutoCloseable {

    private final boolean enabledBefore = torch.is_autocast_enabled(DeviceType.CPU);
    private final ScalarType typeBefore = torch.get_autocast_dtype(DeviceType.CPU);

    Autocast() {
        torch.increment_nesting();
        torch.set_autocast_enabled(DeviceType.CPU, true);
        torch.set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
    }

    @Override
    public void close() {
        // The cache holds this forward's bfloat16 copies of the weights: the next step has other weights.
        if (torch.decrement_nesting() == 0) {
            torch.clear_cache();
        }
        torch.set_autocast_enabled(DeviceType.CPU, enabledBefore);
        torch.set_autocast_dtype(DeviceType.CPU, typeBefore);
    }
}
