package io.draem.trainer.onnxexport;

import io.draem.trainer.onnxexport.OnnxGraph.Value;
import java.util.LinkedHashSet;
import java.util.Set;

/** Float32, with every activation an output of the graph, so that its range can be seen. */
final class ObservingArithmetic implements Arithmetic {

    private final Set<String> observed = new LinkedHashSet<>();

    /** Returns the names of the activations. */
    Set<String> observed() {
        return observed;
    }

    @Override
    public Value settle(OnnxGraph graph, Value activation) {
        graph.observe(activation);
        observed.add(activation.name());
        return activation;
    }
}
