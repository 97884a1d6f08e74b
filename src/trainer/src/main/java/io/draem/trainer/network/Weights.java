package io.draem.trainer.network;

import io.draem.trainer.network.TensorSource.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Owns a network's parameters and buffers by name, in the order in which its layers request them. */
final class Weights implements AutoCloseable {

    private final TensorSource source;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final List<Tensor> floating = new ArrayList<>();
    private final List<Tensor> batchCounts = new ArrayList<>();

    Weights(TensorSource source) {
        this.source = source;
    }

    /** Returns the tensor of that name, taken from the source; it lives until {@link #close}, independent of open scopes. */
    Tensor add(String name, Role role, long... shape) {
        Tensor tensor = source.take(name, role, shape);
        tensor.retainReference();
        if (tensors.putIfAbsent(name, tensor) != null) {
            throw new IllegalStateException("Two layers are called '" + name + "'");
        }
        if (role.trained()) {
            tensor.set_requires_grad(true);
            parameters.put(name, tensor);
        }
        (role == Role.BATCH_COUNT ? batchCounts : floating).add(tensor);
        return tensor;
    }

    Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    List<Tensor> batchCounts() {
        return Collections.unmodifiableList(batchCounts);
    }

    /** Changes element type and memory format in place; the tensors stay the same objects to optimizer and layers. */
    void convert(ScalarType type, MemoryFormat format) {
        for (Tensor tensor : floating) {
            try (Tensor typed = tensor.detach().to(type)) {
                // Only the four-dimensional ones have a format to choose.
                try (Tensor laidOut = tensor.dim() == 4 ? typed.contiguous(format) : typed.contiguous()) {
                    tensor.set_data(laidOut);
                }
            }
        }
    }

    /** Moves all to a device in place; the tensors stay the same objects to optimizer and layers. */
    void move(ComputeDevice device) {
        for (Tensor tensor : tensors.values()) {
            try (Tensor detached = tensor.detach();
                    Tensor moved = device.hold(detached)) {
                tensor.set_data(moved);
            }
        }
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::releaseReference);
        tensors.clear();
        parameters.clear();
        floating.clear();
        batchCounts.clear();
    }
}
