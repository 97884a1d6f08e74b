package io.draem.trainer.onnxexport;

import io.draem.trainer.onnxexport.OnnxGraph.Value;

/** The numbers that a graph calculates with between its float32 input and outputs; by itself all of it is float32. */
interface Arithmetic {

    /** Float32 everywhere. */
    Arithmetic FLOAT32 = new Arithmetic() {};

    /**
     * What a sub-network ends in.
     *
     * @param inner as the next sub-network takes it
     * @param float32 as the graph gives it
     */
    record Last(Value inner, Value float32) {}

    /** Takes a float32 value in. */
    default Value enter(OnnxGraph graph, String output, Value float32) {
        return float32;
    }

    /** Gives a value as float32. */
    default Value leave(OnnxGraph graph, String output, Value value) {
        return value;
    }

    /** Adds a convolution. */
    default Value convolution(OnnxGraph graph, String output, Value input, Filters filters, Window window) {
        return graph.convolution(output, input, filters, window);
    }

    /** Adds the last 3x3 convolution of a sub-network; its float32 value has the name {@code output}. */
    default Last last(OnnxGraph graph, String output, Value input, Filters filters) {
        Value value = graph.convolution(output, input, filters, Window.THREE);
        return new Last(value, value);
    }

    /** Brings a new activation into the form in which later layers take it. */
    default Value settle(OnnxGraph graph, Value activation) {
        return activation;
    }

    /** Does the same to what was made of settled values and leaves their range nowhere. */
    default Value settleWithin(OnnxGraph graph, Value activation, Value... sources) {
        return activation;
    }
}
