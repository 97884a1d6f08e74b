package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.Tensor.Type;
import io.draem.trainer.checkpoint.imported.PickleValue.Dictionary;
import io.draem.trainer.checkpoint.imported.PickleValue.Global;
import io.draem.trainer.checkpoint.imported.PickleValue.Nothing;
import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.PickleValue.Sequence;
import io.draem.trainer.checkpoint.imported.PickleValue.Storage;
import io.draem.trainer.checkpoint.imported.PickleValue.TensorView;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import io.draem.trainer.checkpoint.imported.PickleValue.Whole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of the globals of a checkpoint. There are three kinds:
 *
 * <ul>
 *   <li>those of tensors and state dictionaries, listed here, do what they do in PyTorch;
 *   <li>{@link HostileGlobals}, which run commands or code, or open files and connections: the file is refused, because
 *       no checkpoint needs them;
 *   <li>all others, of which Lightning's checkpoints hold many, become an {@link Opaque} value when they are called. The file is refused only if such a value is where a tensor of the network belongs.
 * </ul>
 */
final class TorchGlobals {

    private static final int MAX_DIMENSIONS = 8;
    private static final long MAX_ELEMENTS = 1L << 40;

    private static final Map<String, Type> STORAGES = Map.of(
            "torch.DoubleStorage", Type.F64,
            "torch.FloatStorage", Type.F32,
            "torch.HalfStorage", Type.F16,
            "torch.BFloat16Storage", Type.BF16,
            "torch.LongStorage", Type.I64,
            "torch.IntStorage", Type.I32,
            "torch.ByteStorage", Type.U8,
            "torch.BoolStorage", Type.BOOL);

    /** Bytes per element of the others, which no weights are in. */
    private static final Map<String, Integer> OTHER_STORAGES = Map.of(
            "torch.CharStorage", 1,
            "torch.ShortStorage", 2,
            "torch.ComplexFloatStorage", 8,
            "torch.ComplexDoubleStorage", 16,
            "torch.QInt8Storage", 1,
            "torch.QUInt8Storage", 1,
            "torch.QInt32Storage", 4);

    private TorchGlobals() {}

    /**
     * Returns what a call gives.
     *
     * @return null if the call is one of those that make a tensor, and its arguments do not describe one
     */
    static @Nullable PickleValue call(PickleValue callee, PickleValue arguments) {
        List<PickleValue> items = arguments instanceof Sequence sequence ? sequence.items() : List.of();
        if (!(callee instanceof Global global)) {
            return new Opaque(
                    callee instanceof Opaque opaque ? opaque.origin() : "a call of a value that is not a name", items);
        }
        return switch (global.qualified()) {
            case "collections.OrderedDict" ->
                items.isEmpty() ? new Dictionary(new LinkedHashMap<>()) : new Opaque(global.qualified(), items);
            case "torch.Size" -> items.size() == 1 ? items.get(0) : new Opaque(global.qualified(), items);
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
                items.isEmpty() ? null : tensorOrOpaque(items.get(0));
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(items);
            case "torch._tensor._rebuild_from_type_v2" -> withAttributes(items);
            default -> new Opaque(global.qualified(), items);
        };
    }

    /** {@code (function, class, arguments, attributes)}: a tensor that was given attributes, or of a class of its own. */
    private static @Nullable PickleValue withAttributes(List<PickleValue> items) {
        if (items.size() < 3
                || !(items.get(0) instanceof Global made)
                || !(items.get(1) instanceof Global type)
                || !made.module().equals("torch._utils")) {
            return new Opaque("torch._tensor._rebuild_from_type_v2", items);
        }
        boolean plain =
                type.qualified().equals("torch.Tensor") || type.qualified().equals("torch.nn.parameter.Parameter");
        return plain ? call(made, items.get(2)) : new Opaque(type.qualified(), items);
    }

    /**
     * Returns the storage that a persistent id names: {@code ('storage', type, key, location, elements)}, which the
     * older form ends with the description of a view; or the class of a module, {@code ('module', class, …)}, which the
     * older form keeps with its source.
     *
     * @return null if the id is of another form
     */
    static @Nullable PickleValue storage(PickleValue id) {
        if (id instanceof Sequence module
                && module.items().size() >= 2
                && module.items().get(0) instanceof Text kind
                && kind.value().equals("module")) {
            return module.items().get(1);
        }
        if (!(id instanceof Sequence sequence)
                || sequence.items().size() < 5
                || sequence.items().size() > 6
                || !(sequence.items().get(0) instanceof Text word)
                || !word.value().equals("storage")
                || !(sequence.items().get(1) instanceof Global global)
                || !(sequence.items().get(2) instanceof Text key)
                || !(sequence.items().get(4) instanceof Whole elements)
                || elements.value() < 0
                || elements.value() > MAX_ELEMENTS) {
            return null;
        }
        Type type = STORAGES.get(global.qualified());
        boolean whole = sequence.items().size() == 5 || sequence.items().get(5) instanceof Nothing;
        return type == null || !whole
                ? new Opaque(global.qualified())
                : new Storage(type, key.value(), elements.value());
    }

    /** Notes the size in bytes of a storage, described as above, whose type is not read here. */
    static void noteOther(PickleValue id, Map<String, Long> sizes) {
        if (id instanceof Sequence sequence
                && sequence.items().size() >= 5
                && sequence.items().get(1) instanceof Global global
                && sequence.items().get(2) instanceof Text key
                && sequence.items().get(4) instanceof Whole elements
                && OTHER_STORAGES.containsKey(global.qualified())) {
            sizes.put(key.value(), elements.value() * OTHER_STORAGES.get(global.qualified()));
        }
    }

    private static @Nullable PickleValue tensorOrOpaque(PickleValue value) {
        return value instanceof TensorView || value instanceof Opaque ? value : null;
    }

    /** {@code (storage, offset, shape, strides, …)}; what follows says nothing of the values. */
    private static @Nullable PickleValue tensor(List<PickleValue> arguments) {
        if (arguments.size() < 4) {
            return null;
        }
        if (arguments.get(0) instanceof Opaque opaque) {
            return opaque;
        }
        List<Long> shape = sizes(arguments.get(2));
        List<Long> strides = sizes(arguments.get(3));
        if (!(arguments.get(0) instanceof Storage storage)
                || !(arguments.get(1) instanceof Whole offset)
                || offset.value() < 0
                || shape == null
                || strides == null
                || shape.size() != strides.size()) {
            return null;
        }
        long elements = 1;
        for (long side : shape) {
            if (side > 0 && elements > MAX_ELEMENTS / side) {
                return null;
            }
            elements *= side;
        }
        return new TensorView(storage, offset.value(), shape, strides);
    }

    /** Returns a copy of a short tuple of numbers that are not negative. */
    private static @Nullable List<Long> sizes(PickleValue value) {
        if (!(value instanceof Sequence sequence) || sequence.items().size() > MAX_DIMENSIONS) {
            return null;
        }
        List<Long> sizes = new ArrayList<>(sequence.items().size());
        for (PickleValue item : sequence.items()) {
            if (!(item instanceof Whole size) || size.value() < 0) {
                return null;
            }
            sizes.add(size.value());
        }
        return List.copyOf(sizes);
    }
}
