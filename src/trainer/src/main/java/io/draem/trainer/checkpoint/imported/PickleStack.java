package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.imported.PickleValue.Dictionary;
import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.PickleValue.Sequence;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The stack of a pickle: values and marks; values below the last mark are not accessible. */
final class PickleStack {

    private final Path file;
    private final List<PickleValue> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();

    PickleStack(Path file) {
        this.file = file;
    }

    void push(PickleValue value) {
        values.add(value);
    }

    PickleValue pop() throws ImportedFileException {
        require(1);
        return values.remove(values.size() - 1);
    }

    PickleValue top() throws ImportedFileException {
        require(1);
        return values.get(values.size() - 1);
    }

    /** Removes the last values and returns them as a tuple. */
    Sequence popTuple(int size) throws ImportedFileException {
        require(size);
        List<PickleValue> tail = values.subList(values.size() - size, values.size());
        Sequence tuple = new Sequence(List.copyOf(tail));
        tail.clear();
        return tuple;
    }

    void mark() {
        marks.add(values.size());
    }

    /** Removes the last mark and the values above it, and returns these as a new list. */
    List<PickleValue> popToMark() throws ImportedFileException {
        if (marks.isEmpty()) {
            throw new ImportedFileException(file, "its pickle closes a group that it never opened");
        }
        List<PickleValue> tail = values.subList(marks.remove(marks.size() - 1), values.size());
        List<PickleValue> items = new ArrayList<>(tail);
        tail.clear();
        return items;
    }

    /** Appends to the list on top. */
    void append(List<PickleValue> items) throws ImportedFileException {
        PickleValue target = top();
        if (target instanceof Sequence list && list.items() instanceof ArrayList) {
            list.items().addAll(items);
        } else if (!(target instanceof Opaque)) {
            throw new ImportedFileException(file, "its pickle appends to something that is no list");
        }
    }

    /** Adds to the dictionary on top; keys that are no text are left out. */
    void put(List<PickleValue> keysAndValues) throws ImportedFileException {
        PickleValue target = top();
        if (keysAndValues.size() % 2 != 0) {
            throw new ImportedFileException(file, "its pickle sets a key without a value");
        }
        if (target instanceof Dictionary dictionary) {
            for (int i = 0; i < keysAndValues.size(); i += 2) {
                if (keysAndValues.get(i) instanceof Text key) {
                    dictionary.entries().put(key.value(), keysAndValues.get(i + 1));
                }
            }
        } else if (target instanceof Opaque opaque) {
            for (int i = 0; i < keysAndValues.size(); i += 2) {
                if (keysAndValues.get(i) instanceof Text key) {
                    opaque.put(key.value(), keysAndValues.get(i + 1));
                }
            }
        } else {
            throw new ImportedFileException(file, "its pickle sets keys of something that is no dictionary");
        }
    }

    private void require(int count) throws ImportedFileException {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (values.size() - floor < count) {
            throw new ImportedFileException(file, "its pickle takes more from its stack than there is");
        }
    }
}
