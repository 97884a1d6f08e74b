package io.draem.trainer.network;

import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One folder of the peers' numbers: {@code case.json}, weights and tensors. */
public record GoldenCase(Path folder, JsonNode description, Safetensors weights, Safetensors tensors) {

    public static GoldenCase read(String name) throws IOException {
        Path folder = Path.of(System.getProperty("golden.dir", "src/golden"), name);
        return new GoldenCase(
                folder,
                JsonMapper.builder()
                        .build()
                        .readTree(folder.resolve("case.json").toFile()),
                Safetensors.read(folder.resolve("weights.safetensors")),
                Safetensors.read(folder.resolve("tensors.safetensors")));
    }

    public NetworkOptions options() {
        return new NetworkOptions(
                description.get("base_width").asInt(),
                description.get("discriminative_base_width").asInt(),
                description.get("sspcab").asBoolean());
    }

    public Tensor tensor(String name) {
        return tensors.tensor(name);
    }

    /** Returns the largest absolute difference of two tensors of one shape. */
    public static double distance(Tensor one, Tensor other) {
        if (!java.util.Arrays.equals(one.shape(), other.shape())) {
            throw new AssertionError(one + " is not of the shape of " + other);
        }
        double[] a = one.toDoubles();
        double[] b = other.toDoubles();
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs(a[i] - b[i]);
            if (Double.isNaN(difference)) {
                return Double.NaN;
            }
            largest = Math.max(largest, difference);
        }
        return largest;
    }
}
