package io.draem.runtime.onnx;

import java.util.Locale;

/** ONNX Runtime's implementation that runs a graph. */
public enum ExecutionProvider {
    /** The processors of this machine. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA,
    /** An NVIDIA GPU, through engines that TensorRT builds; CUDA runs the operators that it does not support. */
    TENSORRT;

    /** Returns the name in responses, metrics and logs. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
