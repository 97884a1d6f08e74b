package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The central directory of a zip file (with zip64), which alone says what the file holds.
 *
 * <p>Entries that overlap, reach into the directory or share a name are refused, so that what is read is never more than
 * the file holds.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format</a>
 */
final class ZipDirectory {

    private static final int MAX_ENTRIES = 100_000;
    private static final int MAX_BYTES = 32 << 20;
    private static final int END_BYTES = 22;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final long IN_ZIP64 = 0xFFFFFFFFL;

    /**
     * One entry.
     *
     * @param compressed bytes in the file
     * @param size bytes when unpacked, as claimed
     * @param offset of the local header
     * @param limit where the next entry or the directory begins
     */
    record Entry(int flags, int method, long crc, long compressed, long size, long offset, long limit) {}

    private ZipDirectory() {}

    /** Returns the entries by name. */
    static Map<String, Entry> read(FileBytes bytes) throws IOException {
        Path file = bytes.file();
        long end = findEnd(bytes);
        ByteBuffer record = bytes.read(end, END_BYTES);
        long count = record.getShort(10) & 0xFFFF;
        long size = record.getInt(12) & 0xFFFFFFFFL;
        long start = record.getInt(16) & 0xFFFFFFFFL;
        long behind = end;
        if (count == 0xFFFF || size == IN_ZIP64 || start == IN_ZIP64) {
            behind = findEnd64(bytes, end);
            ByteBuffer record64 = bytes.read(behind, END64_BYTES);
            count = record64.getLong(32);
            size = record64.getLong(40);
            start = record64.getLong(48);
        }
        if (count < 0 || count > MAX_ENTRIES || size < 0 || size > MAX_BYTES || start < 0 || start > behind - size) {
            throw new ImportedFileException(file, "its zip directory is broken or has more entries than a model needs");
        }
        return withLimits(file, entries(file, bytes.read(start, (int) size), count), start);
    }

    private static long findEnd(FileBytes bytes) throws IOException {
        int length = (int) Math.min(bytes.size(), END_BYTES + MAX_COMMENT);
        ByteBuffer tail = bytes.read(bytes.size() - length, length);
        for (int i = length - END_BYTES; i >= 0; i--) {
            if (tail.getInt(i) == 0x06054b50 && i + END_BYTES + (tail.getShort(i + 20) & 0xFFFF) == length) {
                return bytes.size() - length + i;
            }
        }
        throw new ImportedFileException(
                bytes.file(), "it begins as a zip file does but has no directory: it is truncated");
    }

    private static long findEnd64(FileBytes bytes, long end) throws IOException {
        if (end >= LOCATOR_BYTES) {
            ByteBuffer locator = bytes.read(end - LOCATOR_BYTES, LOCATOR_BYTES);
            long end64 = locator.getLong(8);
            if (locator.getInt(0) == 0x07064b50
                    && end64 >= 0
                    && end64 <= end - LOCATOR_BYTES - END64_BYTES
                    && bytes.read(end64, 4).getInt(0) == 0x06064b50) {
                return end64;
            }
        }
        throw new ImportedFileException(bytes.file(), "its zip64 directory is broken");
    }

    private static Map<String, Entry> entries(Path file, ByteBuffer directory, long count)
            throws ImportedFileException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            int at = directory.position();
            if (directory.remaining() < ENTRY_BYTES || directory.getInt(at) != 0x02014b50) {
                throw new ImportedFileException(file, "its zip directory is broken");
            }
            int nameLength = directory.getShort(at + 28) & 0xFFFF;
            int extraLength = directory.getShort(at + 30) & 0xFFFF;
            int length = ENTRY_BYTES + nameLength + extraLength + (directory.getShort(at + 32) & 0xFFFF);
            if (directory.remaining() < length) {
                throw new ImportedFileException(file, "its zip directory is broken");
            }
            byte[] name = new byte[nameLength];
            directory.get(at + ENTRY_BYTES, name);
            ByteBuffer extra =
                    directory.slice(at + ENTRY_BYTES + nameLength, extraLength).order(directory.order());
            String text = new String(name, StandardCharsets.UTF_8);
            if (entries.put(text, entry(file, directory, at, extra)) != null) {
                throw new ImportedFileException(file, "its zip directory has " + SafeText.quoted(text) + " twice");
            }
            directory.position(at + length);
        }
        return entries;
    }

    private static Entry entry(Path file, ByteBuffer directory, int at, ByteBuffer extra) throws ImportedFileException {
        long[] sizes = { // in the order in which zip64 gives those that do not fit
            directory.getInt(at + 24) & 0xFFFFFFFFL,
            directory.getInt(at + 20) & 0xFFFFFFFFL,
            directory.getInt(at + 42) & 0xFFFFFFFFL
        };
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int next = extra.position() + (extra.getShort(extra.position()) & 0xFFFF) + 2;
            extra.getShort();
            if (next > extra.limit()) {
                break;
            }
            if (id == 1) {
                for (int i = 0; i < sizes.length && next - extra.position() >= 8; i++) {
                    if (sizes[i] == IN_ZIP64) {
                        sizes[i] = extra.getLong();
                    }
                }
            }
            extra.position(next);
        }
        if (sizes[0] < 0 || sizes[1] < 0 || sizes[2] < 0) {
            throw new ImportedFileException(file, "its zip directory is broken");
        }
        return new Entry(
                directory.getShort(at + 8) & 0xFFFF,
                directory.getShort(at + 10) & 0xFFFF,
                directory.getInt(at + 16) & 0xFFFFFFFFL,
                sizes[1],
                sizes[0],
                sizes[2],
                0);
    }

    /** Gives each entry the place where the one behind it begins, and refuses those that reach further. */
    private static Map<String, Entry> withLimits(Path file, Map<String, Entry> entries, long directoryStart)
            throws ImportedFileException {
        List<Map.Entry<String, Entry>> byOffset = new ArrayList<>(entries.entrySet());
        byOffset.sort(Comparator.comparingLong(entry -> entry.getValue().offset()));
        long limit = directoryStart;
        for (int i = byOffset.size() - 1; i >= 0; i--) {
            Entry entry = byOffset.get(i).getValue();
            if (entry.offset() > limit - LOCAL_BYTES || entry.compressed() > limit - LOCAL_BYTES - entry.offset()) {
                throw new ImportedFileException(file, "entries of its zip directory overlap");
            }
            byOffset.get(i)
                    .setValue(new Entry(
                            entry.flags(),
                            entry.method(),
                            entry.crc(),
                            entry.compressed(),
                            entry.size(),
                            entry.offset(),
                            limit));
            limit = entry.offset();
        }
        return entries;
    }
}
