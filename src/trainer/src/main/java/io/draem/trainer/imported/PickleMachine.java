package io.draem.trainer.imported;

import io.draem.trainer.imported.PickleValue.Dictionary;
import io.draem.trainer.imported.PickleValue.Global;
import io.draem.trainer.imported.PickleValue.Nothing;
import io.draem.trainer.imported.PickleValue.Opaque;
import io.draem.trainer.imported.PickleValue.Real;
import io.draem.trainer.imported.PickleValue.Sequence;
import io.draem.trainer.imported.PickleValue.Storage;
import io.draem.trainer.imported.PickleValue.Text;
import io.draem.trainer.imported.PickleValue.Truth;
import io.draem.trainer.imported.PickleValue.Whole;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickles that {@code torch.save} writes (protocols 2 to 5) without running anything in them: names stay
 * names, and calls make what {@link TorchGlobals} says.
 *
 * <p>Opcodes of the text protocols, of extensions and of out-of-band buffers are refused. Time and memory are bounded
 * by the pickle's length and by {@value #MAX_STEPS} steps: no step makes more than it read, nothing is copied twice,
 * and there is no recursion.
 *
 * @see <a href="https://github.com/python/cpython/blob/3.13/Lib/pickletools.py">the opcodes</a>
 */
final class PickleMachine {

    /** A checkpoint of a full-size network and its optimiser takes about 40,000. */
    static final int MAX_STEPS = 1_000_000;

    private static final int MAX_PROTOCOL = 5;
    private static final Nothing NONE = new Nothing();

    private final Path file;
    private final ByteBuffer in;
    private final List<PickleValue> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, PickleValue> memo = new HashMap<>();
    private final Map<String, Storage> storages = new HashMap<>();

    /**
     * One pickle.
     *
     * @param root what it describes
     * @param storages those that it names, by key
     */
    record Pickle(PickleValue root, Map<String, Storage> storages) {}

    private PickleMachine(Path file, ByteBuffer in) {
        this.file = file;
        this.in = in;
    }

    /**
     * Reads one pickle and leaves the buffer's position behind it.
     *
     * @param file for the messages
     * @throws ImportedFileException if it is none of those that are read here
     */
    static Pickle read(Path file, ByteBuffer bytes) throws ImportedFileException {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        PickleMachine machine = new PickleMachine(file, bytes);
        return new Pickle(machine.run(), machine.storages);
    }

    private PickleValue run() throws ImportedFileException {
        if (in.remaining() < 2 || (in.get(in.position()) & 0xFF) != 0x80) {
            throw refused("it is no pickle of protocol 2 or later");
        }
        for (int step = 0; step < MAX_STEPS; step++) {
            int opcode = need(1).get() & 0xFF;
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
        }
        throw refused("its pickle takes more than " + MAX_STEPS + " steps");
    }

    private void step(int opcode) throws ImportedFileException {
        switch (opcode) {
            case 0x80 -> protocol(need(1).get());
            case 0x95 -> need(8).getLong(); // FRAME only helps readers to buffer
            case '(' -> marks.add(stack.size());
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> push(top());
            case 'N' -> push(NONE);
            case 0x88 -> push(new Truth(true));
            case 0x89 -> push(new Truth(false));
            case 'J' -> push(new Whole(need(4).getInt()));
            case 'K' -> push(new Whole(need(1).get() & 0xFF));
            case 'M' -> push(new Whole(need(2).getShort() & 0xFFFF));
            case 0x8a -> push(integer(need(1).get() & 0xFF));
            case 0x8b -> push(integer(length(need(4).getInt())));
            case 'G' -> push(new Real(Double.longBitsToDouble(Long.reverseBytes(need(8).getLong()))));
            case 'X' -> push(text(length(need(4).getInt()), StandardCharsets.UTF_8));
            case 0x8c -> push(text(need(1).get() & 0xFF, StandardCharsets.UTF_8));
            case 0x8d -> push(text(length(need(8).getLong()), StandardCharsets.UTF_8));
            case 'T' -> push(text(length(need(4).getInt()), StandardCharsets.ISO_8859_1));
            case 'U' -> push(text(need(1).get() & 0xFF, StandardCharsets.ISO_8859_1));
            case 'B' -> push(bytes(length(need(4).getInt())));
            case 'C' -> push(bytes(need(1).get() & 0xFF));
            case 0x8e, 0x96 -> push(bytes(length(need(8).getLong())));
            case ')' -> push(new Sequence(List.of()));
            case ']' -> push(new Sequence(new ArrayList<>()));
            case 't', 'l' -> push(new Sequence(popToMark()));
            case 0x85 -> push(tuple(1));
            case 0x86 -> push(tuple(2));
            case 0x87 -> push(tuple(3));
            case 'a' -> append(List.of(pop()));
            case 'e' -> append(popToMark());
            case '}' -> push(new Dictionary(new LinkedHashMap<>()));
            case 'd' -> {
                List<PickleValue> items = popToMark();
                push(new Dictionary(new LinkedHashMap<>()));
                put(items);
            }
            case 's' -> put(tuple(2).items());
            case 'u' -> put(popToMark());
            case 0x8f -> push(new Opaque("a set"));
            case 0x90 -> popToMark();
            case 0x91 -> {
                popToMark();
                push(new Opaque("a set"));
            }
            case 'h' -> push(recall(need(1).get() & 0xFF));
            case 'j' -> push(recall(need(4).getInt()));
            case 'q' -> memo.put(need(1).get() & 0xFF, top());
            case 'r' -> memo.put(need(4).getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'c' -> push(global(line(), line()));
            case 0x93 -> {
                PickleValue name = pop();
                PickleValue module = pop();
                if (!(module instanceof Text moduleText) || !(name instanceof Text nameText)) {
                    throw refused("a global of its pickle has no name");
                }
                push(global(moduleText.value(), nameText.value()));
            }
            case 'R', 0x81 -> {
                PickleValue arguments = pop();
                push(call(pop(), arguments));
            }
            case 0x92 -> {
                pop(); // NEWOBJ_EX: keyword arguments, which nothing that is known here takes
                PickleValue arguments = pop();
                push(call(pop(), arguments));
            }
            case 'b' -> build();
            case 'Q' -> push(storage(pop()));
            default ->
                throw refused(
                        String.format("its pickle has the opcode 0x%02x, which no file of torch.save needs", opcode));
        }
    }

    private void protocol(int version) throws ImportedFileException {
        if (version < 2 || version > MAX_PROTOCOL) {
            throw refused("its pickle is of protocol " + version + "; 2 to " + MAX_PROTOCOL + " are read");
        }
    }

    private Global global(String module, String name) throws ImportedFileException {
        Global global = new Global(module, name);
        if (TorchGlobals.isHostile(global)) {
            throw refused(
                    "it calls " + Names.quoted(global.qualified())
                            + ", as files do that mean to run commands where they are opened. Open it with nothing else either");
        }
        return global;
    }

    private PickleValue call(PickleValue callee, PickleValue arguments) throws ImportedFileException {
        PickleValue made = TorchGlobals.call(callee, arguments);
        if (made == null) {
            throw refused("a tensor in its pickle is described in a way that PyTorch does not");
        }
        return made;
    }

    private PickleValue storage(PickleValue id) throws ImportedFileException {
        PickleValue value = TorchGlobals.storage(id);
        if (value == null) {
            throw refused("a storage in its pickle is described in a way that PyTorch does not");
        }
        if (value instanceof Storage storage) {
            Storage known = storages.putIfAbsent(storage.key(), storage);
            if (known != null && !known.equals(storage)) {
                throw refused("its pickle claims two sizes of storage " + Names.quoted(storage.key()));
            }
        }
        return value;
    }

    /** BUILD gives an object its attributes; of the known objects only dictionaries get any, and none that matter. */
    private void build() throws ImportedFileException {
        pop();
        if (!(top() instanceof Dictionary) && !(top() instanceof Opaque)) {
            throw refused("its pickle gives attributes to something that takes none");
        }
    }

    private void append(List<PickleValue> items) throws ImportedFileException {
        PickleValue target = top();
        if (target instanceof Sequence list && list.items() instanceof ArrayList) {
            list.items().addAll(items);
        } else if (!(target instanceof Opaque)) {
            throw refused("its pickle appends to something that is no list");
        }
    }

    private void put(List<PickleValue> keysAndValues) throws ImportedFileException {
        PickleValue target = top();
        if (keysAndValues.size() % 2 != 0) {
            throw refused("its pickle sets a key without a value");
        }
        if (target instanceof Dictionary dictionary) {
            for (int i = 0; i < keysAndValues.size(); i += 2) {
                if (keysAndValues.get(i) instanceof Text key) {
                    dictionary.entries().put(key.value(), keysAndValues.get(i + 1));
                }
            }
        } else if (!(target instanceof Opaque)) {
            throw refused("its pickle sets keys of something that is no dictionary");
        }
    }

    private PickleValue recall(int index) throws ImportedFileException {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw refused("its pickle recalls what it never kept");
        }
        return value;
    }

    /** Integers of more than eight bytes stand for nothing that is read here. */
    private PickleValue integer(int length) throws ImportedFileException {
        ByteBuffer bytes = need(length);
        if (length > 8) {
            bytes.position(bytes.position() + length);
            return new Opaque("an integer of " + length + " bytes");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (bytes.get() & 0xFFL) << (8 * i);
        }
        int unused = 64 - 8 * length;
        return new Whole(length == 0 ? 0 : value << unused >> unused); // the sign is that of the last byte
    }

    private Text text(int length, Charset charset) throws ImportedFileException {
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new Text(new String(bytes, charset));
    }

    private Opaque bytes(int length) throws ImportedFileException {
        need(length).position(in.position() + length);
        return new Opaque("bytes");
    }

    private String line() throws ImportedFileException {
        int start = in.position();
        while (need(1).get() != '\n') {
            // reads on to the end of the line
        }
        byte[] bytes = new byte[in.position() - 1 - start];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Sequence tuple(int size) throws ImportedFileException {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (stack.size() - floor < size) {
            throw refused("its pickle takes more from its stack than lies there");
        }
        List<PickleValue> tail = stack.subList(stack.size() - size, stack.size());
        Sequence tuple = new Sequence(List.copyOf(tail));
        tail.clear();
        return tuple;
    }

    private List<PickleValue> popToMark() throws ImportedFileException {
        if (marks.isEmpty()) {
            throw refused("its pickle closes a group that it never opened");
        }
        List<PickleValue> tail = stack.subList(marks.remove(marks.size() - 1), stack.size());
        List<PickleValue> items = new ArrayList<>(tail);
        tail.clear();
        return items;
    }

    private PickleValue pop() throws ImportedFileException {
        top();
        return stack.remove(stack.size() - 1);
    }

    private PickleValue top() throws ImportedFileException {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (stack.size() <= floor) {
            throw refused("its pickle takes more from its stack than lies there");
        }
        return stack.get(stack.size() - 1);
    }

    private void push(PickleValue value) {
        stack.add(value);
    }

    private int length(long claimed) throws ImportedFileException {
        if (claimed < 0 || claimed > in.remaining()) {
            throw refused("its pickle claims " + Long.toUnsignedString(claimed) + " bytes where " + in.remaining()
                    + " are left");
        }
        return (int) claimed;
    }

    private ByteBuffer need(int bytes) throws ImportedFileException {
        if (in.remaining() < bytes) {
            throw refused("its pickle ends early");
        }
        return in;
    }

    private ImportedFileException refused(String problem) {
        return new ImportedFileException(file, problem);
    }
}
