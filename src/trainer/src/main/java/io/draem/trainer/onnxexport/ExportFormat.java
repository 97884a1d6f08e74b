package io.draem.trainer.onnxexport;

import java.util.Locale;

/** The numbers that a graph's weights are stored in; input and outputs are float32 in all of them. */
public enum ExportFormat {
    /** Float32: what the network was trained and calibrated as. */
    FP32,
    /** Half the size, for GPUs; processors gain nothing. */
    FP16,
    /** A quarter of the size, for processors: integer convolutions. */
    INT8;

    /** Returns the name of a model in this format: other formats than float32 are models of their own beside it. */
    public String modelName(String name) {
        return this == FP32 ? name : name + "-" + this;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
