package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The zip form of {@code torch.save}: {@code NAME/data.pkl}, {@code NAME/data/KEY} for each storage, {@code
 * NAME/byteorder}. Entries are stored or deflated.
 */
final class ZipArchive implements TorchFile.Storages {

    /** That of a full-size network with its optimiser takes 0.4 MB. */
    static final int MAX_PICKLE = 16 << 20;

    static final int MAX_STORAGE = 1 << 30;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 1;

    /** Weights hardly shrink; small entries of zeros may. */
    private static final long MAX_RATIO = 50;

    private static final int SMALL = 1 << 16;
    private static final int CHUNK = 1 << 16;
    private static final String PICKLE = "data.pkl";

    private final FileBytes bytes;
    private final Map<String, ZipDirectory.Entry> entries;
    private final String prefix;
    private final ByteOrder order;

    private ZipArchive(FileBytes bytes, Map<String, ZipDirectory.Entry> entries, String prefix) throws IOException {
        this.bytes = bytes;
        this.entries = entries;
        this.prefix = prefix;
        this.order = readOrder();
    }

    static TorchFile.Content read(FileBytes bytes) throws IOException {
        Map<String, ZipDirectory.Entry> entries = ZipDirectory.read(bytes);
        String pickle = entries.keySet().stream()
                .filter(name -> name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length() - PICKLE.length() - 1)
                .findFirst()
                .orElseThrow(() -> new ImportedFileException(
                        bytes.file(), "it is a zip file without NAME/data.pkl, so none of torch.save"));
        String prefix = pickle.substring(0, pickle.length() - PICKLE.length());
        if (entries.containsKey(prefix + "constants.pkl")) {
            throw new ImportedFileException(
                    bytes.file(), "it is a TorchScript archive: save the state_dict instead, or export it to ONNX");
        }
        ZipArchive archive = new ZipArchive(bytes, entries, prefix);
        ByteBuffer program = archive.read(pickle, MAX_PICKLE);
        return new TorchFile.Content(PickleMachine.read(bytes.file(), program).root(), archive);
    }

    @Override
    public ByteBuffer read(Storage storage) throws IOException {
        ByteBuffer content = read(prefix + "data/" + storage.key(), MAX_STORAGE);
        if (content.remaining() != storage.bytes()) {
            throw new ImportedFileException(
                    bytes.file(),
                    "storage " + SafeText.quoted(storage.key()) + " has " + content.remaining() + " bytes, but "
                            + storage.bytes() + " are claimed");
        }
        return content;
    }

    @Override
    public ByteOrder order() {
        return order;
    }

    private ByteOrder readOrder() throws IOException {
        if (!entries.containsKey(prefix + "byteorder")) {
            return ByteOrder.LITTLE_ENDIAN; // not written before PyTorch 2.1
        }
        String name =
                StandardCharsets.US_ASCII.decode(read(prefix + "byteorder", 16)).toString();
        return switch (name) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw new ImportedFileException(bytes.file(), "its byte order is " + SafeText.quoted(name));
        };
    }

    /** Returns an entry unpacked, after its size and before its checksum were checked. */
    private ByteBuffer read(String name, int most) throws IOException {
        ZipDirectory.Entry entry = entries.get(name);
        if (entry == null) {
            throw broken(name, "is missing");
        }
        if (entry.size() > most) {
            throw broken(name, "claims " + entry.size() + " bytes, more than the " + most + " that are read");
        }
        if ((entry.flags() & ENCRYPTED) != 0 || (entry.method() != STORED && entry.method() != DEFLATED)) {
            throw broken(name, "is encrypted or packed in a way that torch.save does not use");
        }
        if (entry.method() == STORED
                ? entry.size() != entry.compressed()
                : entry.size() > SMALL && entry.size() / MAX_RATIO > entry.compressed()) {
            throw broken(name, "claims " + entry.size() + " bytes out of " + entry.compressed());
        }
        ByteBuffer header = bytes.read(entry.offset(), 30);
        long start = entry.offset() + 30 + (header.getShort(26) & 0xFFFF) + (header.getShort(28) & 0xFFFF);
        if (header.getInt(0) != 0x04034b50 || start + entry.compressed() > entry.limit()) {
            throw broken(name, "overlaps another, or has no header");
        }
        ByteBuffer content =
                entry.method() == STORED ? bytes.read(start, (int) entry.size()) : inflate(name, entry, start);
        CRC32 crc = new CRC32();
        crc.update(content.duplicate());
        if (crc.getValue() != entry.crc()) {
            throw broken(name, "does not have the checksum that was written with it: the file is damaged");
        }
        return content;
    }

    private ByteBuffer inflate(String name, ZipDirectory.Entry entry, long start) throws IOException {
        byte[] content = new byte[(int) entry.size()];
        int filled = 0;
        long position = start;
        long end = start + entry.compressed();
        Inflater inflater = new Inflater(true);
        try {
            while (filled < content.length) {
                int inflated = inflater.inflate(content, filled, content.length - filled);
                filled += inflated;
                if (inflated == 0) {
                    if (inflater.finished() || inflater.needsDictionary() || position >= end) {
                        throw broken(name, "is shorter than it claims");
                    }
                    int length = (int) Math.min(CHUNK, end - position);
                    inflater.setInput(bytes.read(position, length));
                    position += length;
                }
            }
            return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        } catch (DataFormatException e) {
            throw broken(name, "does not unpack");
        } finally {
            inflater.end();
        }
    }

    private ImportedFileException broken(String name, String problem) {
        return new ImportedFileException(bytes.file(), "its entry " + SafeText.quoted(name) + " " + problem);
    }
}
