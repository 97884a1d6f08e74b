package io.draem.trainer.onnxexport;

import static io.draem.trainer.onnxexport.OnnxAttributes.integer;
import static io.draem.trainer.onnxexport.OnnxAttributes.integers;
import static io.draem.trainer.onnxexport.OnnxAttributes.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Builds an ONNX graph node by node and writes it; the only class that knows the writer.
 *
 * <p>It uses the protobuf classes that come with Tribuo and not Tribuo's own builder, whose placeholders are
 * two-dimensional and which copies every weight.
 */
final class OnnxGraph {

    /**
     * The oldest opset that this project's contract allows. No operator here has gained anything by a later one, so the
     * oldest is what the most runtimes and converters read.
     */
    static final int OPSET = 13;

    /** The file format that came with opset 13 (ONNX 1.8). */
    private static final int IR_VERSION = 7;

    /** A protobuf message cannot be longer; 1 MiB is left to names and structure. */
    private static final long MAX_WEIGHT_BYTES = Integer.MAX_VALUE - (1 << 20);

    private final GraphProto.Builder graph;
    private final Set<String> names = new HashSet<>();
    private long weightBytes;

    /** A tensor in the graph: an input, an initializer or what a node gives. */
    record Value(String name) {}

    OnnxGraph(String name) {
        this.graph = GraphProto.newBuilder().setName(name);
    }

    /** Declares a float32 input {@code [batch, sides...]}. */
    Value input(String name, long... sides) {
        graph.addInput(OnnxValues.ofShape(name, sides));
        return declare(name);
    }

    /** Declares a value of the graph to be a float32 output {@code [batch, sides...]}. */
    void output(Value value, long... sides) {
        graph.addOutput(OnnxValues.ofShape(value.name(), sides));
    }

    /** Declares a float32 value to be an output of whatever shape it has. */
    void observe(Value value) {
        graph.addOutput(OnnxValues.ofAnyShape(value.name()));
    }

    /** Adds a convolution with stride 1 and zeros around, all of it in float32. */
    Value convolution(String output, Value input, Filters filters, Window window) {
        Value weight = initializer(filters.name() + ".weight", Element.FLOAT32, filters.weight(), filters.shape());
        Value bias = initializer(filters.name() + ".bias", Element.FLOAT32, filters.bias(), filters.shape()[0]);
        return convolution(output, input, weight, bias, window);
    }

    /** Adds a convolution with stride 1 and zeros around. */
    Value convolution(String output, Value input, Value weight, Value bias, Window window) {
        int padding = window.padding();
        return node(
                OnnxOperator.CONV,
                output,
                List.of(input, weight, bias),
                integers("kernel_shape", window.side(), window.side()),
                integers("pads", padding, padding, padding, padding),
                integers("dilations", window.dilation(), window.dilation()));
    }

    /** Changes the type of a value's elements. */
    Value cast(String output, Value input, Element element) {
        return node(OnnxOperator.CAST, output, List.of(input), integer("to", element.number()));
    }

    /** Takes numbers that stand for floats as the floats, each first dimension with its own scale. */
    Value dequantizeEach(String output, Value input, Value scales, Value zeroPoints) {
        return node(OnnxOperator.DEQUANTIZE, output, List.of(input, scales, zeroPoints), integer("axis", 0));
    }

    /** Adds an operator that needs no attributes. */
    Value apply(OnnxOperator operator, String output, Value... inputs) {
        return node(operator, output, List.of(inputs));
    }

    /** Halves height and width, keeping the largest of each 2x2 square. */
    Value halve(String output, Value input) {
        return node(
                OnnxOperator.MAX_POOL,
                output,
                List.of(input),
                integers("kernel_shape", 2, 2),
                integers("strides", 2, 2));
    }

    /**
     * Doubles height and width by bilinear interpolation with aligned corners.
     *
     * @param scales the constant {@code [1, 1, 2, 2]}, one for all calls
     */
    Value enlarge(String output, Value input, Value scales) {
        Value noRegionOfInterest = new Value("");
        return node(
                OnnxOperator.RESIZE,
                output,
                List.of(input, noRegionOfInterest, scales),
                text("mode", "linear"),
                text("coordinate_transformation_mode", "align_corners"));
    }

    /** Joins channels. */
    Value concatenate(String output, Value first, Value second) {
        return node(OnnxOperator.CONCAT, output, List.of(first, second), integer("axis", 1));
    }

    /** Replaces each value by the mean of the square around it, zeros outside; {@code side} is odd. */
    Value average(String output, Value input, int side) {
        int reach = side / 2;
        return node(
                OnnxOperator.AVERAGE_POOL,
                output,
                List.of(input),
                integers("kernel_shape", side, side),
                integers("pads", reach, reach, reach, reach),
                integer("count_include_pad", 1));
    }

    /** Adds {@code reach} rows and columns on each side of maps, each the outermost one again. */
    Value repeatEdges(String output, Value input, int reach) {
        Value pads = integers64(output + ".pads", 0, 0, reach, reach, 0, 0, reach, reach);
        return node(OnnxOperator.PAD, output, List.of(input, pads), text("mode", "edge"));
    }

    /** Takes the only channel: {@code [batch, 1, height, width]} becomes {@code [batch, height, width]}. */
    Value onlyChannel(String output, Value input) {
        return node(OnnxOperator.SQUEEZE, output, List.of(input, integers64(output + ".axes", 1)));
    }

    private Value integers64(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return initializer(name, Element.INT64, bytes.array(), values.length);
    }

    /** Takes the largest value of each map: {@code [batch, height, width]} becomes {@code [batch]}. */
    Value largest(String output, Value maps) {
        return node(OnnxOperator.REDUCE_MAX, output, List.of(maps), integers("axes", 1, 2), integer("keepdims", 0));
    }

    /** Adds a constant vector, or a scalar where there is one value and {@code shape} is empty. */
    Value constant(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return initializer(name, Element.FLOAT32, bytes.array(), shape);
    }

    /**
     * Writes the model file and forces it to the disk.
     *
     * @param producer name and version of the program that made it
     * @param metadata pairs for {@code metadata_props}, in this order
     */
    void write(Path file, Producer producer, Map<String, String> metadata) throws IOException {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName(producer.name())
                .setProducerVersion(producer.version())
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph);
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            OutputStream stream = Channels.newOutputStream(channel);
            model.build().writeTo(stream);
            channel.force(true);
        }
    }

    /** Who wrote the file. */
    record Producer(String name, String version) {}

    private Value node(OnnxOperator operator, String output, List<Value> inputs, AttributeProto... attributes) {
        if (!operator.takes(inputs.size())) {
            throw new IllegalArgumentException(operator.type() + " does not take " + inputs.size() + " inputs");
        }
        graph.addNode(NodeProto.newBuilder()
                .setName(output)
                .setOpType(operator.type())
                .addAllInput(inputs.stream().map(Value::name).toList())
                .addOutput(output)
                .addAllAttribute(List.of(attributes)));
        return declare(output);
    }

    /** Adds a constant: little-endian bytes, which are not copied; {@code shape} is empty for a scalar. */
    Value initializer(String name, Element element, byte[] data, long... shape) {
        weightBytes += data.length;
        if (weightBytes > MAX_WEIGHT_BYTES) {
            throw new IllegalArgumentException(
                    "The weights do not fit one ONNX file (2 GB at most): choose smaller base widths");
        }
        ByteString notCopied = UnsafeByteOperations.unsafeWrap(data);
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(element.number())
                .addAllDims(LongStream.of(shape).boxed().toList())
                .setRawData(notCopied));
        return declare(name);
    }

    private Value declare(String name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("The graph has two values named '" + name + "'");
        }
        return new Value(name);
    }
}
