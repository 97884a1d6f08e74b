package io.draem.trainer.onnxexport;

/** The operators of the graph, as opset {@value OnnxGraph#OPSET} of the default domain defines them. */
enum OnnxOperator {
    ADD("Add", 2, 2),
    AVERAGE_POOL("AveragePool", 1, 1),
    CAST("Cast", 1, 1),
    CONCAT("Concat", 2, Integer.MAX_VALUE),
    CONV("Conv", 2, 3),
    DEQUANTIZE("DequantizeLinear", 2, 3),
    EXP("Exp", 1, 1),
    GLOBAL_AVERAGE_POOL("GlobalAveragePool", 1, 1),
    MAX_POOL("MaxPool", 1, 1),
    MIN("Min", 1, Integer.MAX_VALUE),
    MUL("Mul", 2, 2),
    PAD("Pad", 2, 4),
    QUANTIZE("QuantizeLinear", 2, 3),
    RECIPROCAL("Reciprocal", 1, 1),
    REDUCE_MAX("ReduceMax", 1, 1),
    RELU("Relu", 1, 1),
    RESIZE("Resize", 3, 4),
    SIGMOID("Sigmoid", 1, 1),
    SQUEEZE("Squeeze", 1, 2),
    SUB("Sub", 2, 2);

    private final String type;
    private final int minInputs;
    private final int maxInputs;

    OnnxOperator(String type, int minInputs, int maxInputs) {
        this.type = type;
        this.minInputs = minInputs;
        this.maxInputs = maxInputs;
    }

    /** Returns the name in the file. */
    String type() {
        return type;
    }

    /** Returns whether the operator takes that many inputs, left-out optional ones before the last included. */
    boolean takes(int inputs) {
        return inputs >= minInputs && inputs <= maxInputs;
    }
}
