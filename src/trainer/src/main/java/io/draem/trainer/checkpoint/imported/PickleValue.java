package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pickle describes, as inert data.
 *
 * <p>Containers may hold themselves, so nothing here may be hashed, compared or printed as a whole, and keys are
 * strings alone.
 */
sealed interface PickleValue {

    /** A string. */
    record Text(String value) implements PickleValue {}

    /** An integer of up to eight bytes. */
    record Whole(long value) implements PickleValue {}

    /** A float. */
    record Real(double value) implements PickleValue {}

    /** A truth value. */
    record Truth(boolean value) implements PickleValue {}

    /** {@code None}. */
    record Nothing() implements PickleValue {}

    /** A list or a tuple. */
    record Sequence(List<PickleValue> items) implements PickleValue {}

    /** A dictionary; entries whose key is no string are left out. */
    record Dictionary(Map<String, PickleValue> entries) implements PickleValue {}

    /** The name of a class or function. Nothing of that name is ever looked for. */
    record Global(String module, String name) implements PickleValue {

        String qualified() {
            return module + "." + name;
        }
    }

    /**
     * The elements behind one or more tensors.
     *
     * @param key the name of its bytes in the file
     * @param elements how many the pickle claims
     */
    record Storage(Tensor.Type type, String key, long elements) implements PickleValue {

        /** Returns the claimed size; never overflows, since {@link TorchGlobals} bounds the count. */
        long bytes() {
            return elements * type.bytes();
        }
    }

    /**
     * A tensor: a window onto a storage, with all counts in elements.
     *
     * @param shape sides, none negative; the product does not overflow
     */
    record TensorView(Storage storage, long offset, List<Long> shape, List<Long> strides) implements PickleValue {

        long elements() {
            long elements = 1;
            for (long side : shape) {
                elements *= side;
            }
            return elements;
        }

        boolean hasShape(long[] wanted) {
            return Arrays.equals(shape.stream().mapToLong(Long::longValue).toArray(), wanted);
        }

        /** Returns whether its elements are contiguous and row-major. */
        boolean isRowMajor() {
            long stride = 1;
            for (int axis = shape.size() - 1; axis >= 0; axis--) {
                if (shape.get(axis) != 1 && strides.get(axis) != stride) {
                    return false;
                }
                stride *= shape.get(axis);
            }
            return true;
        }
    }

    /**
     * What something unknown here would have made: described, never made. It keeps what it was described with, so that
     * values can be looked up in configurations independent of their classes.
     */
    final class Opaque implements PickleValue {

        private final String origin;
        private final List<PickleValue> arguments;
        private @Nullable List<PickleValue> states;
        private @Nullable Map<String, PickleValue> entries;

        /** @param origin what would have made it, for people */
        Opaque(String origin) {
            this(origin, List.of());
        }

        /** @param arguments what it would have been made from; not copied */
        Opaque(String origin, List<PickleValue> arguments) {
            this.origin = origin;
            this.arguments = arguments;
        }

        String origin() {
            return origin;
        }

        List<PickleValue> arguments() {
            return arguments;
        }

        /** Returns what the pickle sets as its attributes, mostly one dictionary. */
        List<PickleValue> states() {
            return states == null ? List.of() : states;
        }

        /** Returns its entries where it is a dictionary. */
        Map<String, PickleValue> entries() {
            return entries == null ? Map.of() : entries;
        }

        void addState(PickleValue state) {
            if (states == null) {
                states = new ArrayList<>(1);
            }
            states.add(state);
        }

        void put(String key, PickleValue value) {
            if (entries == null) {
                entries = new LinkedHashMap<>();
            }
            entries.put(key, value);
        }
    }
}
