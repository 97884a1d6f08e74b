package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Dictionary;
import io.draem.trainer.checkpoint.imported.PickleValue.Global;
import io.draem.trainer.checkpoint.imported.PickleValue.Nothing;
import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.PickleValue.Real;
import io.draem.trainer.checkpoint.imported.PickleValue.Sequence;
import io.draem.trainer.checkpoint.imported.PickleValue.Storage;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import io.draem.trainer.checkpoint.imported.PickleValue.Truth;
import io.draem.trainer.checkpoint.imported.PickleValue.Whole;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the pickles that {@code torch.save} writes (protocols 2 to 5) without executing anything: names stay names, and
 * calls return what {@link TorchGlobals} defines.
 *
 * <p>Opcodes of the text protocols, of extensions and of out-of-band buffers are refused. Time and memory are bounded
 * by the pickle's length and by {@value #MAX_STEPS} steps: no step creates more than it reads, nothing is copied
 * twice, and there is no recursion.
 *
 * @see <a href="https://github.com/python/cpython/blob/3.13/Lib/pickletools.py">the opcodes</a>
 */
final class PickleMachine {

    /** A checkpoint of a full-size network and its optimizer takes about 40,000. */
    static final int MAX_STEPS = 1_000_000;

    private static final int MAX_PROTOCOL = 5;
    private static final Nothing NONE = new Nothing();

    private final Path file;
    private final PickleInput in;
    private final PickleStack stack;
    private final Map<Integer, PickleValue> memo = new HashMap<>();
    private final Map<String, Storage> storages = new HashMap<>();
    private final Map<String, Long> otherStorages = new HashMap<>();

    /**
     * One pickle.
     *
     * @param root what it describes
     * @param storages those that it names, by key
     * @param otherStorages sizes in bytes of those whose type is not read here, by key
     */
    record Pickle(PickleValue root, Map<String, Storage> storages, Map<String, Long> otherStorages) {}

    private PickleMachine(Path file, ByteBuffer bytes) {
        this.file = file;
        this.in = new PickleInput(file, bytes);
        this.stack = new PickleStack(file);
    }

    /**
     * Reads one pickle and leaves the buffer's position behind it.
     *
     * @param file for the messages
     * @throws ImportedFileException if it is not such a pickle
     */
    static Pickle read(Path file, ByteBuffer bytes) throws ImportedFileException {
        PickleMachine machine = new PickleMachine(file, bytes);
        return new Pickle(machine.run(), machine.storages, machine.otherStorages);
    }

    private PickleValue run() throws ImportedFileException {
        if (!in.atPickle()) {
            throw refused("it is not a pickle of protocol 2 or later");
        }
        for (int step = 0; step < MAX_STEPS; step++) {
            int opcode = in.unsignedByte();
            if (opcode == '.') {
                return stack.pop();
            }
            step(opcode);
        }
        throw refused("its pickle takes more than " + MAX_STEPS + " steps");
    }

    private void step(int opcode) throws ImportedFileException {
        switch (opcode) {
            case 0x80 -> protocol(in.unsignedByte());
            case 0x95 -> in.int64(); // FRAME only helps readers to buffer
            case '(' -> stack.mark();
            case '0' -> stack.pop();
            case '1' -> stack.popToMark();
            case '2' -> stack.push(stack.top());
            case 'N' -> stack.push(NONE);
            case 0x88 -> stack.push(new Truth(true));
            case 0x89 -> stack.push(new Truth(false));
            case 'J' -> stack.push(new Whole(in.int32()));
            case 'K' -> stack.push(new Whole(in.unsignedByte()));
            case 'M' -> stack.push(new Whole(in.unsignedShort()));
            case 0x8a -> stack.push(in.integer(in.unsignedByte()));
            case 0x8b -> stack.push(in.integer(in.length()));
            case 'G' -> stack.push(new Real(in.real()));
            case 'X' -> stack.push(in.text(in.length(), StandardCharsets.UTF_8));
            case 0x8c -> stack.push(in.text(in.unsignedByte(), StandardCharsets.UTF_8));
            case 0x8d -> stack.push(in.text(in.longLength(), StandardCharsets.UTF_8));
            case 'T' -> stack.push(in.text(in.length(), StandardCharsets.ISO_8859_1));
            case 'U' -> stack.push(in.text(in.unsignedByte(), StandardCharsets.ISO_8859_1));
            case 'B' -> stack.push(in.bytes(in.length()));
            case 'C' -> stack.push(in.bytes(in.unsignedByte()));
            case 0x8e, 0x96 -> stack.push(in.bytes(in.longLength()));
            case ')' -> stack.push(new Sequence(List.of()));
            case ']' -> stack.push(new Sequence(new ArrayList<>()));
            case 't', 'l' -> stack.push(new Sequence(stack.popToMark()));
            case 0x85 -> stack.push(stack.popTuple(1));
            case 0x86 -> stack.push(stack.popTuple(2));
            case 0x87 -> stack.push(stack.popTuple(3));
            case 'a' -> stack.append(List.of(stack.pop()));
            case 'e' -> stack.append(stack.popToMark());
            case '}' -> stack.push(new Dictionary(new LinkedHashMap<>()));
            case 'd' -> {
                List<PickleValue> items = stack.popToMark();
                stack.push(new Dictionary(new LinkedHashMap<>()));
                stack.put(items);
            }
            case 's' -> stack.put(stack.popTuple(2).items());
            case 'u' -> stack.put(stack.popToMark());
            case 0x8f -> stack.push(new Opaque("a set"));
            case 0x90 -> stack.popToMark();
            case 0x91 -> {
                stack.popToMark();
                stack.push(new Opaque("a set"));
            }
            case 'h' -> stack.push(recall(in.unsignedByte()));
            case 'j' -> stack.push(recall(in.int32()));
            case 'q' -> memo.put(in.unsignedByte(), stack.top());
            case 'r' -> memo.put(in.int32(), stack.top());
            case 0x94 -> memo.put(memo.size(), stack.top());
            case 'c' -> stack.push(global(in.line(), in.line()));
            case 0x93 -> {
                PickleValue name = stack.pop();
                PickleValue module = stack.pop();
                if (!(module instanceof Text moduleText) || !(name instanceof Text nameText)) {
                    throw refused("a global of its pickle has no name");
                }
                stack.push(global(moduleText.value(), nameText.value()));
            }
            case 'R', 0x81 -> {
                PickleValue arguments = stack.pop();
                stack.push(call(stack.pop(), arguments));
            }
            case 0x92 -> {
                stack.pop(); // NEWOBJ_EX: keyword arguments, which no known object takes
                PickleValue arguments = stack.pop();
                stack.push(call(stack.pop(), arguments));
            }
            case 'b' -> build();
            case 'Q' -> stack.push(storage(stack.pop()));
            default ->
                throw refused(String.format(
                        Locale.ROOT, "its pickle has the opcode 0x%02x, which no file of torch.save needs", opcode));
        }
    }

    private void protocol(int version) throws ImportedFileException {
        if (version < 2 || version > MAX_PROTOCOL) {
            throw refused("its pickle is of protocol " + version + "; 2 to " + MAX_PROTOCOL + " are read");
        }
    }

    private Global global(String module, String name) throws ImportedFileException {
        Global global = new Global(module, name);
        if (HostileGlobals.contains(global)) {
            throw refused(
                    "it calls " + SafeText.quoted(global.qualified())
                            + ", which runs commands on the machine that opens it in Python. Do not open it with any other program");
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
                throw refused("its pickle claims two sizes of storage " + SafeText.quoted(storage.key()));
            }
        } else {
            TorchGlobals.noteOther(id, otherStorages);
        }
        return value;
    }

    /** BUILD sets attributes; they are kept of unknown objects, and none of those of known ones matter. */
    private void build() throws ImportedFileException {
        PickleValue state = stack.pop();
        if (stack.top() instanceof Opaque opaque) {
            opaque.addState(state);
        }
    }

    private PickleValue recall(int index) throws ImportedFileException {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw refused("its pickle reads a memo entry that it has not written");
        }
        return value;
    }

    private ImportedFileException refused(String problem) {
        return new ImportedFileException(file, problem);
    }
}
