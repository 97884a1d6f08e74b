package io.draem.trainer.checkpoint.imported;

import io.draem.trainer.checkpoint.imported.PickleValue.Sequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a pickle works on: a stack of values with marks in it, below the last of which nothing is taken. */
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

    /** Takes the last values as a tuple. */
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

    /** Takes the last mark and what lies above it, as a list of the caller's own. */
    List<PickleValue> popToMark() throws ImportedFileException {
        if (marks.isEmpty()) {
            throw new ImportedFileException(file, "its pickle closes a group that it never opened");
        }
        List<PickleValue> tail = values.subList(marks.remove(marks.size() - 1), values.size());
        List<PickleValue> items = new ArrayList<>(tail);
        tail.clear();
        return items;
    }

    private void require(int count) throws ImportedFileException {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (values.size() - floor < count) {
            throw new ImportedFileException(file, "its pickle takes more from its stack than lies there");
        }
    }
}
