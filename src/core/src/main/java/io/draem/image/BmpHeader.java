package io.draem.image;

import java.util.Arrays;

/**
 * The headers of a bitmap of Windows (40 to 124 bytes) or OS/2 (12 to 64 bytes). The sizes of file and pixels that a
 * header states are ignored, since many cameras write 0 there.
 *
 * @param width pixels in a row
 * @param height rows
 * @param topDown whether the first row is stored first
 * @param bits bits per pixel: 1, 2, 4, 8, 16, 24 or 32
 * @param runLength whether the palette indices are run-length encoded
 * @param masks bits of red, green and blue, where bits are 16 or 32
 * @param palette colors as {@code 0xRRGGBB}; empty for more than 8 bits
 * @param data index of the first byte of the pixels
 * @see <a href="https://learn.microsoft.com/windows/win32/gdi/bitmap-storage">Bitmap storage</a>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BmpHeader(
        int width, int height, boolean topDown, int bits, boolean runLength, int[] masks, int[] palette, int data) {

    private static final int FILE_HEADER_BYTES = 14;
    private static final int CORE_HEADER_BYTES = 12;
    private static final int SHORTEST_OS2_HEADER_BYTES = 16;
    private static final int INFO_HEADER_BYTES = 40;
    private static final int INFO_HEADER_WITH_MASKS_BYTES = 52;
    private static final int OS2_HEADER_BYTES = 64;
    private static final int UNCOMPRESSED = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BIT_FIELDS = 3;
    private static final int BIT_FIELDS_WITH_ALPHA = 6;

    /**
     * Reads and checks the headers, the bit masks and the palette.
     *
     * @throws ImageException if the size is not within the limits, the variety is not supported, or bytes are missing
     */
    static BmpHeader read(byte[] bytes, ImageLimits limits) throws ImageException {
        if (bytes.length < FILE_HEADER_BYTES + CORE_HEADER_BYTES) {
            throw truncated();
        }
        int headerBytes = int32(bytes, 14);
        boolean core = headerBytes == CORE_HEADER_BYTES;
        if (!core && (headerBytes < SHORTEST_OS2_HEADER_BYTES || headerBytes > 4096)) {
            throw ImageException.Invalid.corrupt("BMP", "its header has an unknown length");
        }
        if (bytes.length < FILE_HEADER_BYTES + headerBytes) {
            throw truncated();
        }
        boolean os2 = core || headerBytes < INFO_HEADER_BYTES || headerBytes == OS2_HEADER_BYTES;
        long width = core ? uint16(bytes, 18) : int32(bytes, 18);
        long height = core ? uint16(bytes, 20) : int32(bytes, 22);
        limits.requirePixels(width, Math.abs(height)); // negative: rows from the top
        int bits = uint16(bytes, core ? 24 : 28);
        int compression = headerBytes >= 20 ? int32(bytes, 30) : UNCOMPRESSED;
        requireKnown(compression, bits, os2);

        int end = FILE_HEADER_BYTES + headerBytes;
        int[] masks = bits == 16 ? new int[] {0x7C00, 0x3E0, 0x1F} : new int[] {0xFF0000, 0xFF00, 0xFF};
        if (compression == BIT_FIELDS || compression == BIT_FIELDS_WITH_ALPHA) {
            int at = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
            if (headerBytes < INFO_HEADER_WITH_MASKS_BYTES) {
                end += compression == BIT_FIELDS ? 12 : 16; // they follow the header
            }
            if (bytes.length < end) {
                throw truncated();
            }
            masks = new int[] {int32(bytes, at), int32(bytes, at + 4), int32(bytes, at + 8)};
            for (int mask : masks) {
                int lowest = mask >>> Integer.numberOfTrailingZeros(mask);
                if (mask == 0 || (lowest & (lowest + 1)) != 0) {
                    throw ImageException.Invalid.corrupt("BMP", "its bit masks have gaps");
                }
            }
        }
        long data = Integer.toUnsignedLong(int32(bytes, 10));
        if (data < end) {
            throw ImageException.Invalid.corrupt("BMP", "its pixels start inside its header");
        }
        int[] palette = new int[0];
        if (bits <= 8) {
            int stated = headerBytes >= 36 ? int32(bytes, 46) : 0;
            palette = palette(bytes, end, data, stated > 0 && stated < 1 << bits ? stated : 1 << bits, core ? 3 : 4);
        }
        boolean runLength = compression == RLE8 || compression == RLE4;
        if (data > bytes.length || (!runLength && data + rowBytes(width, bits) * Math.abs(height) > bytes.length)) {
            throw truncated();
        }
        return new BmpHeader(
                (int) width, (int) Math.abs(height), height < 0, bits, runLength, masks, palette, (int) data);
    }

    /** Returns the bytes of a stored row, padded to a multiple of 4. */
    int rowBytes() {
        return (int) rowBytes(width, bits);
    }

    /** Returns where a stored row starts. */
    int start(int row) {
        return data + row * rowBytes();
    }

    /** Returns which row of the image a stored one is; also which stored row an image's row is. */
    int shown(int row) {
        return topDown ? row : height - 1 - row;
    }

    private static void requireKnown(int compression, int bits, boolean os2) throws ImageException {
        boolean known = switch (compression) {
            case UNCOMPRESSED ->
                bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
            case RLE8 -> bits == 8;
            case RLE4 -> bits == 4;
            case BIT_FIELDS, BIT_FIELDS_WITH_ALPHA -> !os2 && (bits == 16 || bits == 32);
            default -> false; // a JPEG or PNG inside could be of any size, whatever the header says
        };
        if (!known) {
            throw new ImageException.Unsupported("BMP of " + bits + " bits per pixel with compression " + compression
                    + " is not supported: save it uncompressed with 24 bits");
        }
    }

    private static int[] palette(byte[] bytes, int start, long data, int colors, int entryBytes) throws ImageException {
        int[] palette = new int[(int) Math.min(colors, (Math.min(data, bytes.length) - start) / entryBytes)];
        Arrays.setAll(palette, i -> {
            int at = start + i * entryBytes;
            return (bytes[at + 2] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | (bytes[at] & 0xFF);
        });
        return palette;
    }

    private static long rowBytes(long width, int bits) {
        return (width * bits + 31) / 32 * 4;
    }

    static ImageException truncated() {
        return ImageException.Invalid.truncated("BMP", "last row");
    }

    static int uint16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
    }

    static int int32(byte[] bytes, int at) {
        return uint16(bytes, at) | uint16(bytes, at + 2) << 16;
    }
}
