package io.draem.runtime.onnx;

import java.util.Locale;

/** Where a graph runs. */
public enum ExecutionProvider {
    /** The processors of this machine. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA,
    /** An NVIDIA GPU, through engines that TensorRT builds; CUDA runs what it cannot. */
    TENSORRT;

    /** Returns the name in responses, metrics and logs. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
