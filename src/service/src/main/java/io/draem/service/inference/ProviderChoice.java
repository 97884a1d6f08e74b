package io.draem.service.inference;

/** What the operator asked for. */
public enum ProviderChoice {
    /** CUDA when it works, else the CPU with a warning. */
    AUTO,
    /** CUDA, or the service does not start. */
    CUDA,
    /** TensorRT, or the service does not start. */
    TENSORRT,
    /** The CPU. */
    CPU
}
