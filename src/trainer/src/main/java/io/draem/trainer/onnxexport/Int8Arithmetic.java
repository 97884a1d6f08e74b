package io.draem.trainer.onnxexport;

import io.draem.trainer.onnxexport.OnnxGraph.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Activations in uint8 with one scale for each tensor, weights in int8 with one for each output channel, written as
 * pairs of QuantizeLinear and DequantizeLinear, which ONNX Runtime makes integer convolutions of. Pooling, resizing and
 * joining keep the scale of what goes in, so that they too run on integers.
 *
 * <p>The first convolution of a sub-network (whose three or six channels cost little), the last one and SSPCAB's block
 * stay in float32.
 */
final class Int8Arithmetic implements Arithmetic {

    /** Convolutions in float32, by the name of their weights. */
    private static final Set<String> SENSITIVE = Set.of(
            "reconstructive_subnetwork.encoder.block1.0",
            "discriminative_subnetwork.encoder_segment.block1.0",
            "reconstructive_subnetwork.encoder.block5.masked_conv");

    private static final int LARGEST_WEIGHT = 127;

    /** Far enough from the largest int32 that sums do not overflow. */
    private static final double LARGEST_BIAS = 1 << 30;

    private final Map<String, ActivationRange> ranges;
    private final Map<String, Settled> settled = new HashMap<>();
    private final List<String> leftInFloat32 = new ArrayList<>();

    private record Settled(ActivationRange range, Value scale, Value zeroPoint) {}

    /** Returns the convolutions that are not int8. */
    List<String> leftInFloat32() {
        return List.copyOf(leftInFloat32);
    }

    /** @param ranges of the activations that an {@link ObservingArithmetic} names */
    Int8Arithmetic(Map<String, ActivationRange> ranges) {
        this.ranges = Map.copyOf(ranges);
    }

    @Override
    public Value convolution(OnnxGraph graph, String output, Value input, Filters filters, Window window) {
        Settled source = settled.get(input.name());
        if (source == null || SENSITIVE.contains(filters.name())) {
            leftInFloat32.add(filters.name());
            return graph.convolution(output, input, filters, window);
        }
        int channels = (int) filters.shape()[0];
        float[] weightScales = new float[channels];
        float[] biasScales = new float[channels];
        FloatBuffer weights = filters.weights();
        FloatBuffer biases = filters.biases();
        byte[] weight = new byte[weights.remaining()];
        ByteBuffer bias = ByteBuffer.allocate(channels * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int length = weight.length / channels;
        for (int o = 0; o < channels; o++) {
            float largest = 0;
            for (int i = o * length; i < (o + 1) * length; i++) {
                largest = Math.max(largest, Math.abs(weights.get(i)));
            }
            float inputScale = source.range.scale();
            float scale = (float) Math.max(
                    Math.max(largest / LARGEST_WEIGHT, Float.MIN_NORMAL),
                    Math.max(Math.abs(biases.get(o)) / LARGEST_BIAS, Float.MIN_NORMAL) / inputScale);
            weightScales[o] = scale;
            biasScales[o] = scale * inputScale;
            for (int i = o * length; i < (o + 1) * length; i++) {
                weight[i] = (byte) Math.round(weights.get(i) / scale);
            }
            bias.putInt(Math.round(biases.get(o) / biasScales[o]));
        }
        String name = filters.name();
        Value quantizedWeight = graph.dequantizeEach(
                name + ".weight",
                graph.initializer(name + ".weight.int8", Element.INT8, weight, filters.shape()),
                graph.constant(name + ".weight.scale", weightScales, channels),
                graph.initializer(name + ".weight.zero_point", Element.INT8, new byte[channels], channels));
        Value quantizedBias = graph.dequantizeEach(
                name + ".bias",
                graph.initializer(name + ".bias.int32", Element.INT32, bias.array(), channels),
                graph.constant(name + ".bias.scale", biasScales, channels),
                graph.initializer(
                        name + ".bias.zero_point", Element.INT32, new byte[channels * Integer.BYTES], channels));
        return graph.convolution(output, input, quantizedWeight, quantizedBias, window);
    }

    @Override
    public Last last(OnnxGraph graph, String output, Value input, Filters filters) {
        leftInFloat32.add(filters.name());
        return Arithmetic.super.last(graph, output, input, filters);
    }

    @Override
    public Value settle(OnnxGraph graph, Value activation) {
        ActivationRange range = ranges.get(activation.name());
        if (range == null) {
            throw new IllegalArgumentException("No range of the activation '" + activation.name() + "' was observed");
        }
        return quantized(graph, activation, settledTo(graph, activation, range));
    }

    @Override
    public Value settleWithin(OnnxGraph graph, Value activation, Value... sources) {
        Settled first = settledAs(sources[0]);
        ActivationRange range = first.range;
        for (Value source : sources) {
            range = range.union(settledAs(source).range);
        }
        return quantized(graph, activation, range.equals(first.range) ? first : settledTo(graph, activation, range));
    }

    private Settled settledAs(Value value) {
        Settled found = settled.get(value.name());
        if (found == null) {
            throw new IllegalArgumentException("'" + value.name() + "' is not settled");
        }
        return found;
    }

    private static Settled settledTo(OnnxGraph graph, Value activation, ActivationRange range) {
        return new Settled(
                range,
                graph.constant(activation.name() + ".scale", new float[] {range.scale()}),
                graph.initializer(
                        activation.name() + ".zero_point", Element.UINT8, new byte[] {(byte) range.zeroPoint()}));
    }

    private Value quantized(OnnxGraph graph, Value activation, Settled as) {
        Value levels =
                graph.apply(OnnxOperator.QUANTIZE, activation.name() + ".uint8", activation, as.scale, as.zeroPoint);
        Value value =
                graph.apply(OnnxOperator.DEQUANTIZE, activation.name() + ".rounded", levels, as.scale, as.zeroPoint);
        settled.put(value.name(), as);
        return value;
    }
}
