package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * The zip form of {@code torch.save}: {@code NAME/data.pkl}, {@code NAME/data/KEY} for each storage, {@code
 * NAME/byteorder}. Entries are stored or deflated.
 *
 * <p>The library parses the archive. This class bounds the memory that a hostile one takes: it limits the size of the
 * directory, refuses entries that overlap or share a name, checks the size of an entry before it allocates memory, and
 * verifies checksums, which the library does not.
 */
final class ZipArchive implements TorchFile.Storages {

    /** Bytes of a pickle; that of a full-size network with its optimizer has 0.4 MB. */
    static final int MAX_PICKLE = 16 << 20;

    static final int MAX_STORAGE = 1 << 30;

    /** Bytes of the directory; a checkpoint has some hundred entries of about 80 bytes. */
    private static final int MAX_DIRECTORY = 2 << 20;

    private static final int LOCAL_HEADER = 30;

    /** Weights hardly compress; small entries of zeros may. */
    private static final long MAX_RATIO = 50;

    private static final int SMALL = 1 << 16;
    private static final String PICKLE = "data.pkl";

    /**
     * One entry.
     *
     * @param end of the bytes that are not of another entry
     */
    private record Entry(ZipArchiveEntry header, long end) {}

    private final FileBytes bytes;
    private final ZipFile zip;
    private final Map<String, Entry> entries;
    private final String prefix;
    private final ByteOrder order;

    private ZipArchive(FileBytes bytes) throws IOException {
        this.bytes = bytes;
        this.zip = open(bytes);
        this.entries = entries(bytes, Collections.list(zip.getEntriesInPhysicalOrder()));
        String pickle = entries.keySet().stream()
                .filter(name -> name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length() - PICKLE.length() - 1)
                .findFirst()
                .orElseThrow(() -> new ImportedFileException(
                        bytes.file(), "it is a zip file without NAME/data.pkl, which torch.save always writes"));
        this.prefix = pickle.substring(0, pickle.length() - PICKLE.length());
        if (entries.containsKey(prefix + "constants.pkl")) {
            throw new ImportedFileException(
                    bytes.file(), "it is a TorchScript archive: save the state_dict instead, or export it to ONNX");
        }
        this.order = readOrder();
    }

    static TorchFile.Content read(FileBytes bytes) throws IOException {
        ZipArchive archive = new ZipArchive(bytes);
        ByteBuffer program = archive.read(archive.prefix + PICKLE, MAX_PICKLE);
        return new TorchFile.Content(PickleMachine.read(bytes.file(), program).root(), archive);
    }

    private static ZipFile open(FileBytes bytes) throws IOException {
        LimitedChannel channel = bytes.channel(MAX_DIRECTORY);
        try {
            ZipFile zip = ZipFile.builder()
                    .setSeekableByteChannel(channel)
                    .setUseUnicodeExtraFields(false)
                    .setIgnoreLocalFileHeader(true)
                    .get();
            channel.unlimited();
            return zip;
        } catch (IOException | RuntimeException e) { // the library has no exception of its own for malformed archives
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof ImportedFileException refused) {
                throw refused;
            }
            throw new ImportedFileException(
                    bytes.file(),
                    "it begins as a zip file but is truncated or damaged: "
                            + SafeText.of(String.valueOf(cause.getMessage())));
        }
    }

    /** Returns the entries by name. */
    private static Map<String, Entry> entries(FileBytes bytes, List<ZipArchiveEntry> inOrder)
            throws ImportedFileException {
        Map<String, Entry> entries = new HashMap<>();
        List<ZipArchiveEntry> fromTheLast = new ArrayList<>(inOrder);
        Collections.reverse(fromTheLast);
        long end = bytes.size();
        for (ZipArchiveEntry header : fromTheLast) {
            long start = header.getLocalHeaderOffset();
            if (start < 0
                    || header.getCompressedSize() < 0
                    || start > end - LOCAL_HEADER
                    || header.getCompressedSize() > end - LOCAL_HEADER - start) {
                throw new ImportedFileException(bytes.file(), "entries of its zip directory overlap");
            }
            if (entries.put(header.getName(), new Entry(header, end)) != null) {
                throw new ImportedFileException(
                        bytes.file(), "its zip directory has " + SafeText.quoted(header.getName()) + " twice");
            }
            end = start;
        }
        return entries;
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

    /** Returns the uncompressed content of an entry, whose size is checked first and whose checksum is checked last. */
    private ByteBuffer read(String name, int most) throws IOException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw broken(name, "is missing");
        }
        ZipArchiveEntry header = entry.header();
        long size = header.getSize();
        long compressed = header.getCompressedSize();
        boolean stored = header.getMethod() == ZipArchiveEntry.STORED;
        if (size < 0 || size > most) {
            throw broken(name, "claims " + size + " bytes, more than the limit of " + most);
        }
        if (header.getGeneralPurposeBit().usesEncryption()
                || (!stored && header.getMethod() != ZipArchiveEntry.DEFLATED)) {
            throw broken(name, "is encrypted or compressed in a way that torch.save does not use");
        }
        if (stored ? size != compressed : size > SMALL && size / MAX_RATIO > compressed) {
            throw broken(name, "claims " + size + " bytes out of " + compressed);
        }
        byte[] content = new byte[(int) size];
        try (InputStream in = zip.getInputStream(header)) {
            if (header.getDataOffset() + compressed > entry.end()) {
                throw broken(name, "overlaps another");
            }
            if (in.readNBytes(content, 0, content.length) < content.length) {
                throw broken(name, "is shorter than it claims");
            }
        } catch (ImportedFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw broken(name, "cannot be read: " + SafeText.of(String.valueOf(e.getMessage())));
        }
        CRC32 checksum = new CRC32();
        checksum.update(content);
        if (checksum.getValue() != header.getCrc()) {
            throw broken(name, "does not match its checksum: the file is damaged");
        }
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ImportedFileException broken(String name, String problem) {
        return new ImportedFileException(bytes.file(), "its entry " + SafeText.quoted(name) + " " + problem);
    }
}
