package io.draem.trainer.training;

import io.draem.trainer.checkpoint.DeferredTensor;
import io.draem.trainer.checkpoint.Safetensors;
import io.draem.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The complete state of a training after a step. Random numbers depend on the seed and the step only, so the step is the
 * entire random state.
 *
 * <p>The file is safetensors: tensors {@code weights.*}, {@code optimizer.*}, {@code best.*} and last {@code checksum},
 * the CRC-32C of everything before it; the rest is JSON in the metadata.
 *
 * @param step steps done
 * @param origin inputs of the training, see {@link TrainingOrigin}
 * @param curve see {@link TrainingCurve#state}
 * @param weights parameters and buffers, batch-norm running statistics among them
 * @param optimizer see {@link Adam#state}
 * @param best weights of the best validation so far; empty if there is none
 */
public record Checkpoint(
        long step,
        JsonNode origin,
        JsonNode curve,
        Map<String, Tensor> weights,
        Map<String, Tensor> optimizer,
        Map<String, Tensor> best) {

    private static final int FORMAT = 1;
    private static final String STATE = "draem.checkpoint";
    private static final String WEIGHTS = "weights.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String BEST = "best.";
    private static final String CHECKSUM = "checksum";

    /** Writes a file of this form as {@link Safetensors#write(Path)} does; large tensors are requested one by one. */
    static void write(
            Path file,
            long step,
            JsonNode origin,
            JsonNode curve,
            Map<String, DeferredTensor> weights,
            Map<String, DeferredTensor> optimizer,
            Map<String, Tensor> best)
            throws IOException {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("format", FORMAT).put("step", step);
        state.set("origin", origin);
        state.set("curve", curve);
        String json = state.toString();
        CRC32C checksum = new CRC32C();
        checksum.update(json.getBytes(StandardCharsets.UTF_8));

        Map<String, DeferredTensor> tensors = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> tensors.put(WEIGHTS + name, summed(WEIGHTS + name, tensor, checksum)));
        optimizer.forEach((name, tensor) -> tensors.put(OPTIMIZER + name, summed(OPTIMIZER + name, tensor, checksum)));
        best.forEach(
                (name, tensor) -> tensors.put(BEST + name, summed(BEST + name, DeferredTensor.of(tensor), checksum)));
        tensors.put(CHECKSUM, new DeferredTensor(Tensor.Type.I64, new long[0], () -> number(checksum.getValue())));
        Safetensors.write(file, Map.of("format", "pt", STATE, json), tensors);
    }

    /** Returns whether a file claims to be of this form. */
    public static boolean isOne(Safetensors content) {
        return content.metadata().containsKey(STATE);
    }

    /**
     * Reads a file.
     *
     * @throws CheckpointException if it is incomplete, or not a checkpoint of this form
     * @throws IOException if it cannot be read, or is not a safetensors file
     */
    public static Checkpoint read(Path file) throws IOException {
        Safetensors content = Safetensors.read(file);
        String json = content.metadata().get(STATE);
        Tensor expected = content.tensors().get(CHECKSUM);
        if (json == null || expected == null || expected.type() != Tensor.Type.I64 || expected.shape().length > 0) {
            throw new CheckpointException(file, "it is not a checkpoint of a training");
        }
        CRC32C checksum = new CRC32C();
        checksum.update(json.getBytes(StandardCharsets.UTF_8));
        Map<String, Map<String, Tensor>> parts = new LinkedHashMap<>();
        content.tensors().forEach((name, tensor) -> {
            if (!name.equals(CHECKSUM)) {
                add(checksum, name, tensor);
                int end = name.indexOf('.') + 1;
                parts.computeIfAbsent(name.substring(0, end), prefix -> new LinkedHashMap<>())
                        .put(name.substring(end), tensor);
            }
        });
        if (expected.data().getLong() != checksum.getValue()) {
            throw new CheckpointException(file, "its checksum is wrong: it is incomplete or damaged");
        }
        JsonNode state = state(json, file);
        return new Checkpoint(
                state.path("step").longValue(),
                state.path("origin"),
                state.path("curve"),
                parts.getOrDefault(WEIGHTS, Map.of()),
                parts.getOrDefault(OPTIMIZER, Map.of()),
                parts.getOrDefault(BEST, Map.of()));
    }

    private static JsonNode state(String json, Path file) throws CheckpointException {
        JsonNode state;
        try {
            state = JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new CheckpointException(file, "its description is not JSON");
        }
        JsonNode format = state.path("format");
        if (!format.isInt() || format.intValue() != FORMAT) {
            throw new CheckpointException(file, "it has format " + format + ", and this trainer reads " + FORMAT);
        }
        JsonNode step = state.path("step");
        if (!step.isIntegralNumber() || !step.canConvertToLong() || step.longValue() < 0) {
            throw new CheckpointException(file, "it has no step");
        }
        if (!state.path("origin").isObject() || !state.path("curve").isObject()) {
            throw new CheckpointException(file, "its description lacks a part");
        }
        return state;
    }

    private static DeferredTensor summed(String name, DeferredTensor tensor, CRC32C checksum) {
        return new DeferredTensor(tensor.type(), tensor.shape(), () -> {
            Tensor values = tensor.values().get();
            add(checksum, name, values);
            return values;
        });
    }

    private static void add(CRC32C checksum, String name, Tensor tensor) {
        checksum.update((name + tensor).getBytes(StandardCharsets.UTF_8));
        checksum.update(tensor.data());
    }

    private static Tensor number(long value) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(Tensor.Type.I64, new long[0], bytes.putLong(0, value));
    }
}
