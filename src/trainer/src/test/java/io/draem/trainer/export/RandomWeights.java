package io.draem.trainer.export;

import io.draem.tensor.Tensor;
import io.draem.trainer.network.NetworkOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Weights as a fresh network has them, with running statistics that are not trivial. */
final class RandomWeights {

    private final Random random;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private RandomWeights(long seed) {
        this.random = new Random(seed);
    }

    static Map<String, Tensor> of(NetworkOptions options, long seed) {
        RandomWeights weights = new RandomWeights(seed);
        weights.reconstructive(options.baseWidth(), options.sspcab());
        weights.discriminative(options.discriminativeBaseWidth());
        return weights.tensors;
    }

    private void reconstructive(int b, boolean sspcab) {
        String encoder = "reconstructive_subnetwork.encoder.";
        int[] widths = {3, b, 2 * b, 4 * b, 8 * b};
        for (int i = 1; i < widths.length; i++) {
            block(encoder + "block" + i, widths[i - 1], widths[i], widths[i]);
        }
        if (sspcab) {
            for (int i = 1; i <= 4; i++) {
                layer(encoder + "block5.masked_conv" + i, 8 * b, 8 * b, 1, 1);
            }
            layer(encoder + "block5.attention_module.fc1", b, 8 * b);
            layer(encoder + "block5.attention_module.fc2", 8 * b, b);
        } else {
            block(encoder + "block5", 8 * b, 8 * b, 8 * b);
        }
        String decoder = "reconstructive_subnetwork.decoder.";
        int[] outs = {8 * b, 4 * b, 2 * b, b, b};
        for (int i = 1; i < outs.length; i++) {
            convolution(decoder + "up" + i + ".1", decoder + "up" + i + ".2", outs[i - 1], outs[i - 1]);
            block(decoder + "db" + i, outs[i - 1], outs[i - 1], outs[i]);
        }
        layer(decoder + "fin_out.0", 3, b, 3, 3);
    }

    private void discriminative(int d) {
        String encoder = "discriminative_subnetwork.encoder_segment.";
        int[] widths = {6, d, 2 * d, 4 * d, 8 * d, 8 * d, 8 * d};
        for (int i = 1; i < widths.length; i++) {
            block(encoder + "block" + i, widths[i - 1], widths[i], widths[i]);
        }
        String decoder = "discriminative_subnetwork.decoder_segment.";
        String[] steps = {"_b", "1", "2", "3", "4"};
        int[] outs = {8 * d, 4 * d, 2 * d, d, d};
        for (int i = 0; i < steps.length; i++) {
            int in = i == 0 ? 8 * d : outs[i - 1];
            convolution(decoder + "up" + steps[i] + ".1", decoder + "up" + steps[i] + ".2", in, outs[i]);
            block(decoder + "db" + steps[i], outs[i] + widths[5 - i], outs[i], outs[i]);
        }
        layer(decoder + "fin_out.0", 2, d, 3, 3);
    }

    private void block(String name, int in, int middle, int out) {
        convolution(name + ".0", name + ".1", in, middle);
        convolution(name + ".3", name + ".4", middle, out);
    }

    private void convolution(String name, String norm, int in, int out) {
        layer(name, out, in, 3, 3);
        put(norm + ".weight", 1, 0.1, out);
        put(norm + ".bias", 0, 0.1, out);
        put(norm + ".running_mean", 0, 0.1, out);
        put(norm + ".running_var", 1, 0.1, out);
    }

    private void layer(String name, long... shape) {
        long fanIn = 1;
        for (int i = 1; i < shape.length; i++) {
            fanIn *= shape[i];
        }
        put(name + ".weight", 0, Math.sqrt(2.0 / fanIn), shape);
        put(name + ".bias", 0, 0.01, shape[0]);
    }

    private void put(String name, double mean, double spread, long... shape) {
        int elements = 1;
        for (long side : shape) {
            elements *= (int) side;
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            // uniform, as a Gaussian takes half a minute for the full-size network
            values[i] = (float) (mean + spread * Math.sqrt(3) * (2 * random.nextFloat() - 1));
        }
        tensors.put(name, Tensor.of(values, shape));
    }
}
