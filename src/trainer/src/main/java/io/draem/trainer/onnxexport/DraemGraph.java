package io.draem.trainer.onnxexport;

import io.draem.model.ModelContract;
import io.draem.trainer.network.InputNormalization;
import io.draem.trainer.network.MapSmoothing;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.onnxexport.OnnxGraph.Value;
import org.jspecify.annotations.Nullable;

/**
 * Lays out both sub-networks in evaluation mode as a graph; names of nodes and weights are anomalib's. What it does
 * between its float32 input and outputs is in the numbers of an {@link Arithmetic}; the anomaly map and the image score
 * are always made in float32.
 *
 * <p>Height and width are fixed and only the batch is free: thresholds hold for the size that they were found at, and a
 * runtime that knows the sizes plans its memory once and refuses other images by itself.
 */
final class DraemGraph {

    private static final int COLOURS = 3;

    private final OnnxGraph graph = new OnnxGraph("draem");
    private final NamedWeights weights;
    private final NetworkOptions options;
    private final Arithmetic arithmetic;
    private final Value doubled;

    private DraemGraph(NamedWeights weights, NetworkOptions options, Arithmetic arithmetic) {
        this.weights = weights;
        this.options = options;
        this.arithmetic = arithmetic;
        this.doubled = graph.constant("doubled", new float[] {1, 1, 2, 2}, 4);
    }

    /**
     * Lays out the graph from {@code input} to {@code pred_score}, {@code anomaly_map} and {@code reconstruction}.
     *
     * @throws IllegalArgumentException if a weight is missing, not finite, or does not fit the options
     */
    static OnnxGraph of(NamedWeights weights, NetworkOptions options, int width, int height, Arithmetic arithmetic) {
        DraemGraph draem = new DraemGraph(weights, options, arithmetic);
        OnnxGraph graph = draem.graph;
        Value image = graph.input(ModelContract.INPUT, COLOURS, height, width);
        Value mean = options.centered() ? graph.apply(OnnxOperator.GLOBAL_AVERAGE_POOL, "mean_color", image) : null;
        Value entered = arithmetic.enter(graph, "entered", draem.normalized(image, mean));
        Arithmetic.Last reconstruction = draem.reconstruct(entered);
        Value both = graph.concatenate("image_and_reconstruction", entered, reconstruction.inner());
        Value probability = draem.probability(draem.discriminate(both).float32());
        Value map = graph.onlyChannel(ModelContract.ANOMALY_MAP, draem.smoothed(probability));
        Value score = graph.largest(ModelContract.PRED_SCORE, draem.scored(map, probability));
        graph.output(score);
        graph.output(map, height, width);
        graph.output(draem.restored(reconstruction.float32(), mean), COLOURS, height, width);
        return graph;
    }

    /** Returns the image as the network was trained to take it, in float32 whatever the arithmetic. */
    private Value normalized(Value image, @Nullable Value mean) {
        InputNormalization normalization = options.inputNormalization();
        if (mean != null) {
            return graph.apply(OnnxOperator.SUB, "centered_input", image, mean);
        }
        return normalization == null
                ? image
                : scaled("normalized_input", image, normalization.scale(), normalization.offset());
    }

    /** Returns the reconstruction on the scale of the image. */
    private Value restored(Value reconstruction, @Nullable Value mean) {
        InputNormalization normalization = options.inputNormalization();
        if (mean != null) {
            return graph.apply(OnnxOperator.ADD, ModelContract.RECONSTRUCTION, reconstruction, mean);
        }
        return normalization == null
                ? reconstruction
                : scaled(
                        ModelContract.RECONSTRUCTION,
                        reconstruction,
                        normalization.inverseScale(),
                        normalization.inverseOffset());
    }

    private Value scaled(String output, Value input, float[] scale, float[] offset) {
        Value factors = graph.constant(output + ".scale", scale, 1, COLOURS, 1, 1);
        Value summands = graph.constant(output + ".offset", offset, 1, COLOURS, 1, 1);
        Value product = graph.apply(OnnxOperator.MUL, output + ".product", input, factors);
        return graph.apply(OnnxOperator.ADD, output, product, summands);
    }

    private Arithmetic.Last reconstruct(Value image) {
        int b = options.baseWidth();
        String encoder = "reconstructive_subnetwork.encoder.";
        Value x = block(encoder + "block1", image, COLOURS, b, b);
        x = block(encoder + "block2", halve(x), b, 2 * b, 2 * b);
        x = block(encoder + "block3", halve(x), 2 * b, 4 * b, 4 * b);
        x = block(encoder + "block4", halve(x), 4 * b, 8 * b, 8 * b);
        x = halve(x);
        x = options.sspcab() ? sspcab(encoder + "block5", x, 8 * b) : block(encoder + "block5", x, 8 * b, 8 * b, 8 * b);
        String decoder = "reconstructive_subnetwork.decoder.";
        x = block(decoder + "db1", up(decoder + "up1", x, 8 * b, 8 * b), 8 * b, 8 * b, 4 * b);
        x = block(decoder + "db2", up(decoder + "up2", x, 4 * b, 4 * b), 4 * b, 4 * b, 2 * b);
        x = block(decoder + "db3", up(decoder + "up3", x, 2 * b, 2 * b), 2 * b, 2 * b, b);
        x = block(decoder + "db4", up(decoder + "up4", x, b, b), b, b, b);
        Filters last = Filters.plain(weights, decoder + "fin_out.0", b, COLOURS);
        String output = options.inputNormalization() == null && !options.centered()
                ? ModelContract.RECONSTRUCTION
                : "normalized_reconstruction";
        return arithmetic.last(graph, output, x, last);
    }

    /** Returns {@code [batch, 1, height, width]}: the logit of normal minus the logit of anomalous. */
    private Arithmetic.Last discriminate(Value imageAndReconstruction) {
        int d = options.discriminativeBaseWidth();
        String encoder = "discriminative_subnetwork.encoder_segment.";
        Value act1 = block(encoder + "block1", imageAndReconstruction, 2 * COLOURS, d, d);
        Value act2 = block(encoder + "block2", halve(act1), d, 2 * d, 2 * d);
        Value act3 = block(encoder + "block3", halve(act2), 2 * d, 4 * d, 4 * d);
        Value act4 = block(encoder + "block4", halve(act3), 4 * d, 8 * d, 8 * d);
        Value act5 = block(encoder + "block5", halve(act4), 8 * d, 8 * d, 8 * d);
        Value act6 = block(encoder + "block6", halve(act5), 8 * d, 8 * d, 8 * d);
        String decoder = "discriminative_subnetwork.decoder_segment.";
        Value x = up(decoder + "up_b", act6, 8 * d, 8 * d);
        x = block(decoder + "db_b", join(x, act5), 16 * d, 8 * d, 8 * d);
        x = up(decoder + "up1", x, 8 * d, 4 * d);
        x = block(decoder + "db1", join(x, act4), 12 * d, 4 * d, 4 * d);
        x = up(decoder + "up2", x, 4 * d, 2 * d);
        x = block(decoder + "db2", join(x, act3), 6 * d, 2 * d, 2 * d);
        x = up(decoder + "up3", x, 2 * d, d);
        x = block(decoder + "db3", join(x, act2), 3 * d, d, d);
        x = up(decoder + "up4", x, d, d);
        x = block(decoder + "db4", join(x, act1), 2 * d, d, d);
        Filters last = Filters.difference(weights, decoder + "fin_out.0", d);
        return arithmetic.last(graph, "normal_margin", x, last);
    }

    /**
     * Returns the probability of anomalous, {@code [batch, 1, height, width]}. With two classes
     * {@code softmax(l0, l1)[1] = 1 / (1 + exp(l0 - l1))}, which needs one channel where a softmax would need two and a
     * transposition. Not Sigmoid: that of ONNX Runtime's CPU provider is an approximation with an absolute error of
     * 1.5e-7, so that values leave 0 to 1 and small probabilities tie, which ranking metrics notice.
     */
    private Value probability(Value normalMargin) {
        Value odds = graph.apply(OnnxOperator.EXP, "normal_odds", normalMargin);
        Value one = graph.constant("one", new float[] {1});
        Value total = graph.apply(OnnxOperator.ADD, "total_odds", odds, one);
        return graph.apply(OnnxOperator.RECIPROCAL, "anomalous_probability", total);
    }

    /** Returns what the image score is the largest value of, {@code [batch, height, width]}. */
    private Value scored(Value map, Value probability) {
        int window = options.imageScore().window();
        if (window == 1 && options.mapSmoothing() == 0) {
            return map;
        }
        return graph.onlyChannel(
                "scored", window == 1 ? probability : graph.average("averaged_probability", probability, window));
    }

    /** Returns the probability as {@link MapSmoothing} leaves it, {@code [batch, 1, height, width]}. */
    private Value smoothed(Value probability) {
        if (options.mapSmoothing() == 0) {
            return probability;
        }
        float[] kernel = new MapSmoothing(options.mapSmoothing()).kernel();
        Value padded = graph.repeatEdges("smoothing.padded", probability, kernel.length / 2);
        Value row = graph.constant("smoothing.row", kernel, 1, 1, 1, kernel.length);
        Value column = graph.constant("smoothing.column", kernel, 1, 1, kernel.length, 1);
        Value along = graph.apply(OnnxOperator.CONV, "smoothing.along", padded, row);
        Value both = graph.apply(OnnxOperator.CONV, "smoothing.both", along, column);
        Value most = graph.constant("smoothing.most", new float[] {1});
        return graph.apply(OnnxOperator.MIN, "smoothed_probability", both, most);
    }

    private Value block(String name, Value input, int in, int middle, int out) {
        Filters first = Filters.withBatchNorm(weights, name + ".0", name + ".1", in, middle);
        Filters second = Filters.withBatchNorm(weights, name + ".3", name + ".4", middle, out);
        Value x = relu(name + ".2", convolution(name + ".0", input, first));
        return relu(name + ".5", convolution(name + ".3", x, second));
    }

    private Value up(String name, Value input, int in, int out) {
        Filters filters = Filters.withBatchNorm(weights, name + ".1", name + ".2", in, out);
        Value enlarged = arithmetic.settleWithin(graph, graph.enlarge(name + ".0", input, doubled), input);
        return relu(name + ".3", convolution(name + ".1", enlarged, filters));
    }

    private Value convolution(String name, Value input, Filters filters) {
        return arithmetic.convolution(graph, name, input, filters, Window.THREE);
    }

    /**
     * Adds anomalib's SSPCAB block (arXiv 2111.09099). Its four 1x1 convolutions look at the pixels two up or down and
     * two to the left or right, with zeros around: together a 2x2 convolution with dilation 4 and padding 2. The two
     * linear layers of its attention are 1x1 convolutions of the channels' means.
     */
    private Value sspcab(String name, Value input, int channels) {
        Filters corners = Filters.corners(weights, name, channels);
        Value masked = arithmetic.convolution(graph, name + ".masked", input, corners, new Window(2, 2, 4));
        String attention = name + ".attention_module";
        int squeezed = channels / 8;
        Filters squeeze = Filters.linear(weights, attention + ".fc1", channels, squeezed);
        Filters excite = Filters.linear(weights, attention + ".fc2", squeezed, channels);
        Value wide = arithmetic.leave(graph, attention + ".input", masked);
        Value mean = graph.apply(OnnxOperator.GLOBAL_AVERAGE_POOL, attention + ".mean", wide);
        Value squeezedMean = graph.convolution(attention + ".fc1", mean, squeeze, Window.ONE);
        Value hidden = graph.apply(OnnxOperator.RELU, attention + ".relu", squeezedMean);
        Value excited = graph.convolution(attention + ".fc2", hidden, excite, Window.ONE);
        Value weight = graph.apply(OnnxOperator.SIGMOID, attention + ".sigmoid", excited);
        Value entered = arithmetic.enter(graph, attention + ".output", weight);
        return arithmetic.settle(graph, graph.apply(OnnxOperator.MUL, name, masked, entered));
    }

    private Value relu(String output, Value input) {
        return arithmetic.settle(graph, graph.apply(OnnxOperator.RELU, output, input));
    }

    private Value halve(Value input) {
        return arithmetic.settleWithin(graph, graph.halve(input.name() + ".halved", input), input);
    }

    private Value join(Value upper, Value skip) {
        return arithmetic.settleWithin(graph, graph.concatenate(upper.name() + ".joined", upper, skip), upper, skip);
    }
}
