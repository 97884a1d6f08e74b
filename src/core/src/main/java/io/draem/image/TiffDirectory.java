package io.draem.image;

import java.util.HashMap;
import java.util.Map;

/** The whole-number tags of the first directory of a TIFF structure, which EXIF blocks are as well. */
final class TiffDirectory {

    private static final int ENTRY_BYTES = 12;
    private static final int BYTE = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    private final byte[] bytes;
    private final int start;
    private final int end;
    private final boolean littleEndian;
    private final Map<Integer, Integer> entries = new HashMap<>(); // tag to position of its entry

    private TiffDirectory(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.littleEndian = end > start && bytes[start] == 'I';
    }

    /**
     * Reads the first directory of the structure between {@code start} and {@code end}.
     *
     * @throws ImageException.Invalid if there is none or it reaches beyond the end
     */
    static TiffDirectory read(byte[] bytes, int start, int end) throws ImageException.Invalid {
        TiffDirectory directory = new TiffDirectory(bytes, start, end);
        if (end - start < 8 || directory.uint16(start + 2) != 42) {
            throw broken();
        }
        long position = start + directory.uint32(start + 4);
        if (position > end - 2) {
            throw broken();
        }
        int first = (int) position + 2;
        int count = directory.uint16((int) position);
        if (count > (end - first) / ENTRY_BYTES) {
            throw broken();
        }
        for (int i = 0; i < count; i++) {
            int entry = first + i * ENTRY_BYTES;
            directory.entries.putIfAbsent(directory.uint16(entry), entry);
        }
        return directory;
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    /** Returns the first value of a tag, or the fallback where it is absent, broken or not a whole number. */
    long value(int tag, long fallback) {
        try {
            long[] values = values(tag, 1);
            return values.length == 0 ? fallback : values[0];
        } catch (ImageException.Invalid e) {
            return fallback;
        }
    }

    /**
     * Returns the values of a tag, empty where it is absent or not of whole numbers.
     *
     * @param max largest number of values that are needed: a value of one byte in the file takes eight bytes of memory
     * @throws ImageException.Invalid if they are beyond the end
     */
    long[] values(int tag, int max) throws ImageException.Invalid {
        Integer entry = entries.get(tag);
        if (entry == null) {
            return new long[0];
        }
        int size = switch (uint16(entry + 2)) {
            case BYTE -> 1;
            case SHORT -> 2;
            case LONG -> 4;
            default -> 0;
        };
        if (size == 0) {
            return new long[0];
        }
        long count = uint32(entry + 4);
        long position = count * size <= 4 ? entry + 8 : start + uint32(entry + 8);
        if (position > end || count > (end - position) / size) {
            throw broken();
        }
        long[] values = new long[(int) Math.min(max, count)];
        for (int i = 0; i < values.length; i++) {
            int at = (int) position + i * size;
            values[i] = size == 1 ? bytes[at] & 0xFF : size == 2 ? uint16(at) : uint32(at);
        }
        return values;
    }

    private int uint16(int at) {
        int first = bytes[at] & 0xFF;
        int second = bytes[at + 1] & 0xFF;
        return littleEndian ? second << 8 | first : first << 8 | second;
    }

    private long uint32(int at) {
        long first = uint16(at);
        long second = uint16(at + 2);
        return littleEndian ? second << 16 | first : first << 16 | second;
    }

    private static ImageException.Invalid broken() {
        return ImageException.Invalid.corrupt("image", "its TIFF directory ends early");
    }
}
