package io.draem.runtime.onnx;

/** The requested provider. */
public enum ProviderChoice {
    /** CUDA if it works, else the CPU with a warning. */
    AUTO,
    /** CUDA; opening fails if it does not work. */
    CUDA,
    /** TensorRT; opening fails if it does not work. */
    TENSORRT,
    /** The CPU. */
    CPU
}
