package io.draem.trainer.imported;

import io.draem.tensor.Tensor.Type;
import io.draem.trainer.imported.PickleValue.Dictionary;
import io.draem.trainer.imported.PickleValue.Global;
import io.draem.trainer.imported.PickleValue.Nothing;
import io.draem.trainer.imported.PickleValue.Opaque;
import io.draem.trainer.imported.PickleValue.Sequence;
import io.draem.trainer.imported.PickleValue.Storage;
import io.draem.trainer.imported.PickleValue.TensorView;
import io.draem.trainer.imported.PickleValue.Text;
import io.draem.trainer.imported.PickleValue.Whole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the globals of a checkpoint mean. Three kinds:
 *
 * <ul>
 *   <li>those that tensors and state dictionaries are made of, listed here, do what they do in PyTorch;
 *   <li>those that reach for the operating system or the interpreter, listed here too, refuse the file: no checkpoint
 *       needs them, so whoever wrote it meant harm;
 *   <li>all others, of which Lightning's checkpoints hold many, make an {@link Opaque} value, whatever they are called
 *       with.
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

    private static final Set<String> HOSTILE_MODULES = Set.of(
            "asyncio",
            "bdb",
            "code",
            "codeop",
            "commands",
            "ctypes",
            "httplib",
            "importlib",
            "marshal",
            "multiprocessing",
            "nt",
            "os",
            "pdb",
            "pickle",
            "pip",
            "pkgutil",
            "posix",
            "profile",
            "pty",
            "requests",
            "runpy",
            "shutil",
            "signal",
            "socket",
            "subprocess",
            "sys",
            "tempfile",
            "timeit",
            "urllib",
            "webbrowser");

    private static final Set<String> HOSTILE_BUILTINS = Set.of(
            "__import__",
            "apply",
            "breakpoint",
            "compile",
            "delattr",
            "eval",
            "exec",
            "execfile",
            "globals",
            "input",
            "locals",
            "open",
            "setattr",
            "vars");

    private TorchGlobals() {}

    /** Tells whether a global runs commands or code, or reads or writes files. */
    static boolean isHostile(Global global) {
        String module = global.module();
        int dot = module.indexOf('.');
        String top = dot < 0 ? module : module.substring(0, dot);
        boolean builtin = top.equals("builtins") || top.equals("__builtin__");
        return HOSTILE_MODULES.contains(top)
                || module.equals("torch.hub")
                || module.equals("torch.serialization")
                || builtin && HOSTILE_BUILTINS.contains(global.name())
                || top.equals("operator") && global.name().equals("methodcaller");
    }

    /**
     * Returns what a call gives.
     *
     * @return null if the call is one of those that make a tensor, and its arguments do not describe one
     */
    static @Nullable PickleValue call(PickleValue callee, PickleValue arguments) {
        if (!(callee instanceof Global global)) {
            return new Opaque(
                    callee instanceof Opaque opaque ? opaque.origin() : "a call of something that is no name");
        }
        List<PickleValue> items = arguments instanceof Sequence sequence ? sequence.items() : List.of();
        return switch (global.qualified()) {
            case "collections.OrderedDict" ->
                items.isEmpty() ? new Dictionary(new LinkedHashMap<>()) : new Opaque(global.qualified());
            case "torch.Size" -> items.size() == 1 ? items.get(0) : new Opaque(global.qualified());
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
                items.isEmpty() ? null : tensorOrOpaque(items.get(0));
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(items);
            default -> new Opaque(global.qualified());
        };
    }

    /**
     * Returns the storage that a persistent id names: {@code ('storage', type, key, location, elements)}, which the
     * older form ends with the description of a view.
     *
     * @return null if the id is of another form
     */
    static @Nullable PickleValue storage(PickleValue id) {
        if (!(id instanceof Sequence sequence)
                || sequence.items().size() < 5
                || sequence.items().size() > 6
                || !(sequence.items().get(0) instanceof Text kind)
                || !kind.value().equals("storage")
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
