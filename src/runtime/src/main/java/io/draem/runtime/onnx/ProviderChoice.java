package io.draem.runtime.onnx;

/** What the operator asked for. */
public enum ProviderChoice {
    /** CUDA when it works, else the CPU with a warning. */
    AUTO,
    /** CUDA; nothing is opened where it does not work. */
    CUDA,
    /** TensorRT; nothing is opened where it does not work. */
    TENSORRT,
    /** The CPU. */
    CPU
}
