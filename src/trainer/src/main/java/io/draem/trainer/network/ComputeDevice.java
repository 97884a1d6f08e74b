package io.draem.trainer.network;

import io.draem.text.NativeLibrary;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Where a network computes. */
public enum ComputeDevice {
    CPU(DeviceType.CPU),

    /** The first CUDA device, with float32 convolutions in full precision, not TF32. */
    CUDA(DeviceType.CUDA);

    private final DeviceType type;

    ComputeDevice(DeviceType type) {
        this.type = type;
    }

    /** The values of the option {@code --device}. */
    public enum Choice {
        /** CUDA where there is a device for it, else the CPU. */
        AUTO,
        CUDA,
        CPU;

        /**
         * Returns the device to compute on.
         *
         * @throws IllegalArgumentException if CUDA is requested and cannot be used; the message names the remedy
         * @throws UnsatisfiedLinkError if this platform lacks a native library that a training needs at its start or end
         */
        public ComputeDevice resolve() {
            for (NativeLibrary library : NativeLibrary.values()) {
                library.missing().ifPresent(problem -> {
                    throw new UnsatisfiedLinkError(problem);
                });
            }
            return resolve(torch::hasCUDA, torch::cuda_is_available);
        }

        ComputeDevice resolve(BooleanSupplier built, BooleanSupplier available) {
            if (this == CPU) {
                return ComputeDevice.CPU;
            }
            if (built.getAsBoolean() && available.getAsBoolean()) {
                return ComputeDevice.CUDA;
            }
            if (this == AUTO) {
                return ComputeDevice.CPU;
            }
            throw new IllegalArgumentException("--device cuda: "
                    + (built.getAsBoolean()
                            ? "libtorch finds no CUDA device: check nvidia-smi and the driver"
                            : "this libtorch is built for the CPU: build the trainer with the Maven profile cuda")
                    + ", or use --device cpu");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    DeviceType type() {
        return type;
    }

    /** Returns the tensor there: itself if it is there already, else a copy that belongs to the scope of the call. */
    Tensor hold(Tensor tensor) {
        if (tensor.device().type().intern() == type) {
            return tensor;
        }
        try (Device device = new Device(type)) {
            return tensor.to(device, tensor.scalar_type());
        }
    }

    /** Prepares this device for exact float32, which CUDA's convolutions are not by default. */
    void prepare() {
        if (this == CUDA) {
            torch.globalContext().setAllowTF32CuDNN(false);
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
