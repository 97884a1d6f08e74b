package io.draem.trainer.onnxexport;

import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Weights that let an image through: a fresh network's are so small that its maps are 0.5 everywhere. */
public final class RandomWeights {

    private RandomWeights() {}

    public static Map<String, Tensor> of(NetworkOptions options, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (DraemNetwork fresh = DraemNetwork.create(options, seed)) {
            fresh.tensors().forEach((name, tensor) -> {
                boolean counter = tensor.shape().length == 0;
                tensors.put(name, counter ? tensor : randomized(name, tensor.shape(), random));
            });
        }
        return tensors;
    }

    private static Tensor randomized(String name, long[] shape, Random random) {
        long fanIn = 1;
        int elements = (int) shape[0];
        for (int i = 1; i < shape.length; i++) {
            fanIn *= shape[i];
            elements *= (int) shape[i];
        }
        boolean scale = shape.length == 1 && (name.endsWith(".weight") || name.endsWith(".running_var"));
        float mean = scale ? 1 : 0;
        float bound = shape.length == 1 ? 0.3f : (float) Math.sqrt(6.0 / fanIn);
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = mean + bound * (2 * random.nextFloat() - 1);
        }
        return Tensor.of(values, shape);
    }
}
