package io.draem.trainer.onnxexport;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;

/** Declares the float32 inputs and outputs of a graph. */
final class OnnxValues {

    /** The first dimension of every input and output. */
    private static final String BATCH = "batch";

    private OnnxValues() {}

    /** Declares a value {@code [batch, sides...]}. */
    static ValueInfoProto ofShape(String name, long... sides) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH));
        for (long side : sides) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(side));
        }
        return value(name, floats().setShape(shape));
    }

    /** Declares a value whose shape the runtime finds. */
    static ValueInfoProto ofAnyShape(String name) {
        return value(name, floats());
    }

    private static TypeProto.Tensor.Builder floats() {
        return TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber());
    }

    private static ValueInfoProto value(String name, TypeProto.Tensor.Builder tensor) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
