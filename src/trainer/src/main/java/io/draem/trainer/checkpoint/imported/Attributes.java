package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.imported.PickleValue.Dictionary;
import io.draem.trainer.checkpoint.imported.PickleValue.Nothing;
import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.PickleValue.Real;
import io.draem.trainer.checkpoint.imported.PickleValue.Sequence;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import io.draem.trainer.checkpoint.imported.PickleValue.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks up values of configurations in a pickle, independent of their classes: dictionaries, OmegaConf's containers and
 * nodes, namespaces, enumerations and modules of PyTorch.
 */
final class Attributes {

    /** Where OmegaConf's containers and PyTorch's modules keep what they hold. */
    private static final List<String> INNER = List.of("_content", "_modules");

    /** Sizes, means and deviations are shorter by far. */
    private static final int LONGEST = 64;

    private Attributes() {}

    /** Returns the value at a path of names, as plain as possible; null if there is none, or it is {@code None}. */
    static @Nullable PickleValue of(@Nullable PickleValue owner, String... path) {
        PickleValue value = owner;
        for (String name : path) {
            value = value == null ? null : attribute(value, name);
        }
        PickleValue plain = value == null ? null : plain(value);
        return plain instanceof Nothing ? null : plain;
    }

    /** Returns the entries of a dictionary of any class; null of anything else. */
    static @Nullable Map<String, PickleValue> entries(@Nullable PickleValue value) {
        if (value instanceof Dictionary dictionary) {
            return dictionary.entries();
        }
        if (value instanceof Opaque opaque) {
            return opaque.entries().isEmpty() && attribute(opaque, "_content") instanceof Dictionary content
                    ? content.entries()
                    : opaque.entries().isEmpty() ? null : opaque.entries();
        }
        return null;
    }

    /** Returns the items of a short list or tuple of any class; null of anything else. */
    static @Nullable List<PickleValue> items(@Nullable PickleValue value) {
        PickleValue content = value instanceof Opaque opaque ? attribute(opaque, "_content") : value;
        return content instanceof Sequence sequence && sequence.items().size() <= LONGEST ? sequence.items() : null;
    }

    /** Returns a string, or the value of an enumeration of strings; null of anything else. */
    static @Nullable String text(@Nullable PickleValue value) {
        return value != null && plain(value) instanceof Text text ? text.value() : null;
    }

    /** Returns the numbers of a list, or one number as a list; null if it is anything else. */
    static @Nullable List<Double> numbers(@Nullable PickleValue value) {
        List<PickleValue> items = items(value);
        List<Double> numbers = new ArrayList<>();
        for (PickleValue item : items != null ? items : value == null ? List.<PickleValue>of() : List.of(value)) {
            PickleValue plain = plain(item);
            if (plain instanceof Real real) {
                numbers.add(real.value());
            } else if (plain instanceof Whole whole) {
                numbers.add((double) whole.value());
            } else {
                return null;
            }
        }
        return numbers.isEmpty() ? null : numbers;
    }

    private static @Nullable PickleValue attribute(PickleValue owner, String name) {
        if (owner instanceof Dictionary dictionary) {
            return dictionary.entries().get(name);
        }
        if (!(owner instanceof Opaque opaque)) {
            return null;
        }
        PickleValue entry = opaque.entries().get(name);
        if (entry != null) {
            return entry;
        }
        for (PickleValue state : opaque.states()) {
            PickleValue found = inState(state, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** A state is a dictionary, or a tuple of two where a class has slots. */
    private static @Nullable PickleValue inState(PickleValue state, String name) {
        List<PickleValue> parts =
                state instanceof Sequence sequence && sequence.items().size() <= 2 ? sequence.items() : List.of(state);
        for (PickleValue part : parts) {
            if (part instanceof Dictionary dictionary) {
                PickleValue found = dictionary.entries().get(name);
                for (int i = 0; i < INNER.size() && found == null; i++) {
                    PickleValue inner = dictionary.entries().get(INNER.get(i));
                    found = inner instanceof Dictionary content
                            ? content.entries().get(name)
                            : null;
                }
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    /** Takes the value out of a node of OmegaConf, and the word out of an enumeration. */
    private static PickleValue plain(PickleValue value) {
        if (!(value instanceof Opaque opaque)) {
            return value;
        }
        PickleValue held = attribute(opaque, "_val");
        if (held instanceof Opaque word && word.states().isEmpty()) {
            return plain(word);
        }
        if (held != null) {
            return held;
        }
        boolean enumeration = opaque.states().isEmpty()
                && opaque.arguments().size() == 1
                && opaque.arguments().get(0) instanceof Text;
        return enumeration ? opaque.arguments().get(0) : opaque;
    }
}
