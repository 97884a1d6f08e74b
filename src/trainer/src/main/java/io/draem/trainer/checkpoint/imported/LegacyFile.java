package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Sequence;
import io.draem.trainer.checkpoint.imported.PickleValue.Storage;
import io.draem.trainer.checkpoint.imported.PickleValue.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The form of {@code torch.save} before PyTorch 1.6, and with {@code _use_new_zipfile_serialization=False}: five pickles
 * (a magic number, a version, the machine, the object, the storages' keys), then each storage as its count of elements in
 * eight bytes and the elements. Only little-endian files are read, as every machine of today writes them.
 */
final class LegacyFile implements TorchFile.Storages {

    private static final byte[] MAGIC = { // PROTO 2, LONG1 0x1950a86a20f9469cfc6c, STOP
        (byte) 0x80,
        2,
        (byte) 0x8a,
        10,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19,
        '.'
    };

    private final FileBytes bytes;

    /** Where the elements of each storage begin. */
    private final Map<String, Long> positions;

    private LegacyFile(FileBytes bytes, Map<String, Long> positions) {
        this.bytes = bytes;
        this.positions = positions;
    }

    static boolean is(FileBytes bytes) throws IOException {
        return bytes.size() >= MAGIC.length && bytes.read(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    static TorchFile.Content read(FileBytes bytes) throws IOException {
        ByteBuffer pickles = bytes.read(0, (int) Math.min(bytes.size(), ZipArchive.MAX_PICKLE))
                .position(MAGIC.length);
        PickleMachine.read(bytes.file(), pickles); // the version of the form, 1001 ever since
        PickleMachine.read(bytes.file(), pickles); // of the machine: byte order and sizes of C's types
        PickleMachine.Pickle object = PickleMachine.read(bytes.file(), pickles);
        PickleValue keys = PickleMachine.read(bytes.file(), pickles).root();
        if (!(keys instanceof Sequence sequence)) {
            throw new ImportedFileException(bytes.file(), "it lacks the list of its storages");
        }
        Map<String, Long> positions = new HashMap<>();
        long position = pickles.position();
        for (PickleValue key : sequence.items()) {
            String name = key instanceof Text text ? text.value() : "";
            Storage storage = object.storages().get(name);
            Long other = object.otherStorages().get(name);
            if (storage == null && other != null) {
                position = Math.min(position + 8 + other, bytes.size()); // what is cut off is missed when it is read
                continue;
            }
            if (storage == null) {
                break; // of a type of unknown size: what follows cannot be found
            }
            if (bytes.read(position, 8).getLong() != storage.elements()) {
                throw new ImportedFileException(
                        bytes.file(),
                        "storage " + SafeText.quoted(storage.key()) + " is not of the size that is claimed");
            }
            positions.put(storage.key(), position + 8);
            position += 8 + storage.bytes();
        }
        if (position > bytes.size()) {
            throw new ImportedFileException(bytes.file(), "it ends early");
        }
        return new TorchFile.Content(object.root(), new LegacyFile(bytes, positions));
    }

    @Override
    public ByteBuffer read(Storage storage) throws IOException {
        Long position = positions.get(storage.key());
        if (position == null || storage.bytes() > ZipArchive.MAX_STORAGE) {
            throw new ImportedFileException(
                    bytes.file(),
                    "storage " + SafeText.quoted(storage.key()) + " is missing, or larger than a network's");
        }
        return bytes.read(position, (int) storage.bytes());
    }

    @Override
    public ByteOrder order() {
        return ByteOrder.LITTLE_ENDIAN;
    }
}
