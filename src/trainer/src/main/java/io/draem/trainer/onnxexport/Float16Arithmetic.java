package io.draem.trainer.onnxexport;

import ai.onnxruntime.platform.Fp16Conversions;
import io.draem.trainer.onnxexport.OnnxGraph.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights and activations in float16, half the size and on GPUs with tensor cores several times the speed. SSPCAB's
 * attention, the anomaly map and the image score stay in float32, and so does a convolution whose weights float16 does
 * not hold. ONNX Runtime has no float16 convolution for most processors: there it widens and is no faster than float32.
 */
final class Float16Arithmetic implements Arithmetic {

    /** The largest finite float16. */
    static final float LARGEST = 65_504;

    /**
     * The largest root-mean-square error of a layer's weights, relative to their root mean square. Rounding alone makes
     * up to 2^-11, about 5e-4; more means that many of them are below 2^-14, where float16 loses digits.
     */
    private static final double LARGEST_ERROR = 1e-3;

    private final List<String> leftInFloat32 = new ArrayList<>();

    /** Returns the convolutions whose weights float16 does not hold. */
    List<String> leftInFloat32() {
        return List.copyOf(leftInFloat32);
    }

    @Override
    public Value enter(OnnxGraph graph, String output, Value float32) {
        return graph.cast(output, float32, Element.FLOAT16);
    }

    @Override
    public Value leave(OnnxGraph graph, String output, Value value) {
        return graph.cast(output, value, Element.FLOAT32);
    }

    @Override
    public Value convolution(OnnxGraph graph, String output, Value input, Filters filters, Window window) {
        if (!fits(filters.weights(), LARGEST_ERROR) || !fits(filters.biases(), Double.POSITIVE_INFINITY)) {
            leftInFloat32.add(filters.name());
            Value wide = graph.cast(output + ".wide_input", input, Element.FLOAT32);
            Value convolved = graph.convolution(output + ".wide", wide, filters, window);
            return graph.cast(output, convolved, Element.FLOAT16);
        }
        Value weight = graph.initializer(
                filters.name() + ".weight", Element.FLOAT16, halves(filters.weights()), filters.shape());
        Value bias = graph.initializer(
                filters.name() + ".bias", Element.FLOAT16, halves(filters.biases()), filters.shape()[0]);
        return graph.convolution(output, input, weight, bias, window);
    }

    @Override
    public Last last(OnnxGraph graph, String output, Value input, Filters filters) {
        Value half = convolution(graph, output + ".half", input, filters, Window.THREE);
        return new Last(half, graph.cast(output, half, Element.FLOAT32));
    }

    private static boolean fits(FloatBuffer values, double largestError) {
        double power = 0;
        double error = 0;
        while (values.hasRemaining()) {
            float value = values.get();
            if (Math.abs(value) > LARGEST) {
                return false;
            }
            double lost = value - Fp16Conversions.fp16ToFloat(Fp16Conversions.floatToFp16(value));
            power += (double) value * value;
            error += lost * lost;
        }
        return error <= largestError * largestError * power || error == 0;
    }

    private static byte[] halves(FloatBuffer values) {
        ByteBuffer halves =
                ByteBuffer.allocate(values.remaining() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            halves.putShort(Fp16Conversions.floatToFp16(values.get()));
        }
        return halves.array();
    }
}
