package io.draem.trainer.onnxexport;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;

/** Types of elements that constants of a graph have. */
enum Element {
    FLOAT32(DataType.FLOAT),
    FLOAT16(DataType.FLOAT16),
    UINT8(DataType.UINT8),
    INT8(DataType.INT8),
    INT32(DataType.INT32),
    INT64(DataType.INT64);

    private final DataType type;

    Element(DataType type) {
        this.type = type;
    }

    /** Returns the number that ONNX gives the type. */
    int number() {
        return type.getNumber();
    }
}
