package io.draem.trainer.network;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Lets this thread run what is safe to run so in bfloat16 until it is closed. */
final class Autocast implements AutoCloseable {

    private final DeviceType device;
    private final boolean enabledBefore;
    private final ScalarType typeBefore;

    Autocast(ComputeDevice computeDevice) {
        device = computeDevice.type();
        enabledBefore = torch.is_autocast_enabled(device);
        typeBefore = torch.get_autocast_dtype(device);
        torch.increment_nesting();
        torch.set_autocast_enabled(device, true);
        torch.set_autocast_dtype(device, ScalarType.BFloat16);
    }

    @Override
    public void close() {
        // The cache holds this forward's bfloat16 copies of the weights: the next step has other weights.
        if (torch.decrement_nesting() == 0) {
            torch.clear_cache();
        }
        torch.set_autocast_enabled(device, enabledBefore);
        torch.set_autocast_dtype(device, typeBefore);
    }
}
