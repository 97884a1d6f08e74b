package io.draem.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A bitmap of Windows (headers of 40 to 124 bytes) or OS/2 (headers of 12 to 64 bytes): with a palette of 1 to 8 bits,
 * also run-length encoded, or with 16, 24 or 32 bits per pixel. The sizes of file and pixels that a header states are
 * ignored, since many cameras write 0 there. Alpha is dropped.
 *
 * @param topDown whether the first row is stored first
 * @param bits bits per pixel
 * @param masks bits of red, green and blue, where bits are 16 or 32
 * @param palette colors as {@code 0xRRGGBB}
 * @param data index of the first byte of the pixels
 * @see <a href="https://learn.microsoft.com/windows/win32/gdi/bitmap-storage">Bitmap storage</a>
 */
record BmpFile(
        ImageHeader header,
        boolean topDown,
        int bits,
        boolean runLength,
        int[] masks,
        int[] palette,
        int data,
        byte[] bytes)
        implements EncodedImage {

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

    static BmpFile open(byte[] bytes, ImageLimits limits) throws ImageException {
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
        return new BmpFile(
                new ImageHeader(ImageFormat.BMP, (int) width, (int) Math.abs(height)),
                height < 0,
                bits,
                runLength,
                masks,
                palette,
                (int) data,
                bytes);
    }

    @Override
    public int orientation() {
        return Orientation.AS_STORED;
    }

    @Override
    public double decodingBytesPerPixel() {
        return 5; // two arrays of indices, and the RGB
    }

    @Override
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        if (!runLength) {
            return new Rows().decode(header.width(), header.height());
        }
        byte[] rgb = new byte[header.width() * header.height() * 3];
        List<ImageWarning> warnings = new ArrayList<>();
        int out = 0;
        for (byte index : indices(warnings)) {
            int color = palette[index & 0xFF];
            rgb[out++] = (byte) (color >> 16);
            rgb[out++] = (byte) (color >> 8);
            rgb[out++] = (byte) color;
        }
        return new DecodedImage(new RgbImage(header.width(), header.height(), rgb), SampleRange.BYTES, warnings);
    }

    @Override
    public @Nullable PixelRows rows(OptionalInt whiteLevel) {
        return runLength ? null : new Rows();
    }

    /** The rows of a bitmap whose pixels lie in the file as they are. */
    private final class Rows implements PixelRows {

        @Override
        public int channels() {
            return 3;
        }

        @Override
        public long heapBytes() {
            return 3L * header.width();
        }

        @Override
        public Read read(Target target) throws ImageException {
            byte[] rgb = new byte[3 * header.width()];
            for (int y = 0; y < header.height(); y++) {
                row(start(shown(y)), rgb); // a row is stored where the image shows the one that is stored in its place
                target.row(rgb);
            }
            return Read.BYTES;
        }
    }

    private void row(int start, byte[] rgb) throws ImageException {
        int width = header.width();
        int out = 0;
        switch (bits) {
            case 24 -> {
                for (int x = 0, in = start; x < width; x++, in += 3, out += 3) {
                    rgb[out] = bytes[in + 2];
                    rgb[out + 1] = bytes[in + 1];
                    rgb[out + 2] = bytes[in];
                }
            }
            case 16, 32 -> {
                int step = bits / 8;
                for (int x = 0, in = start; x < width; x++, in += step, out += 3) {
                    int pixel = step == 2 ? uint16(bytes, in) : int32(bytes, in);
                    for (int channel = 0; channel < 3; channel++) {
                        rgb[out + channel] = scaled(pixel, masks[channel]);
                    }
                }
            }
            default -> {
                for (int x = 0; x < width; x++, out += 3) {
                    int index = index(start, x);
                    if (index >= palette.length) {
                        throw unknownColor();
                    }
                    rgb[out] = (byte) (palette[index] >> 16);
                    rgb[out + 1] = (byte) (palette[index] >> 8);
                    rgb[out + 2] = (byte) palette[index];
                }
            }
        }
    }

    /** Returns the palette index of a pixel of a row that starts at that byte. */
    private int index(int start, int x) {
        int bit = x * bits;
        return bytes[start + (bit >> 3)] >> (8 - bits - (bit & 7)) & ((1 << bits) - 1);
    }

    /** Returns a channel of 8 bits; of more, the highest eight. */
    private static byte scaled(int pixel, int mask) {
        int shift = Integer.numberOfTrailingZeros(mask);
        int value = (pixel & mask) >>> shift;
        int most = mask >>> shift;
        if (most == 0xFF) {
            return (byte) value;
        }
        int count = Integer.bitCount(mask);
        return (byte) (count > 8 ? value >>> (count - 8) : (value * 255 + most / 2) / most);
    }

    /** Returns the palette indices of all pixels, rows from the top; each is that of a color. */
    private byte[] indices(List<ImageWarning> warnings) throws ImageException {
        int width = header.width();
        byte[] indices = new byte[width * header.height()];
        byte[] unpacked = runLength ? unpackRuns(warnings) : new byte[0];
        for (int row = 0; row < header.height(); row++) {
            int start = start(row);
            int out = width * shown(row);
            for (int x = 0; x < width; x++) {
                int index = runLength ? unpacked[row * width + x] & 0xFF : index(start, x);
                if (index >= palette.length) {
                    throw unknownColor();
                }
                indices[out + x] = (byte) index;
            }
        }
        return indices;
    }

    /** Returns where a stored row starts. */
    private int start(int row) {
        return data + row * (int) rowBytes(header.width(), bits);
    }

    /** Returns which row of the image a stored one is. */
    private int shown(int row) {
        return topDown ? row : header.height() - 1 - row;
    }

    private static ImageException unknownColor() {
        return ImageException.Invalid.corrupt("BMP", "it has a color that is not in its palette");
    }

    /** Returns the palette indices, rows as stored. Pixels that the encoding skips have index 0. */
    private byte[] unpackRuns(List<ImageWarning> warnings) throws ImageException {
        int width = header.width();
        byte[] indices = new byte[width * header.height()];
        int in = data;
        int x = 0;
        int y = 0;
        while (y < header.height()) {
            if (in + 1 >= bytes.length) {
                if (x == width && y == header.height() - 1) {
                    break; // whole but for its end mark
                }
                throw truncated();
            }
            int count = bytes[in++] & 0xFF;
            int value = bytes[in++] & 0xFF;
            if (count > 0) {
                requireInside(x + count);
                for (int i = 0; i < count; i++) {
                    indices[y * width + x++] = (byte) (bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
                }
            } else if (value == 0) {
                x = 0;
                y++;
            } else if (value == 1) {
                if (y < header.height() - 1) {
                    warnings.add(new ImageWarning(
                            ImageWarning.Kind.CODEC,
                            "The BMP ends after " + y + " of " + header.height()
                                    + " rows, and the others have its first color: save it uncompressed if that is not"
                                    + " meant"));
                }
                break;
            } else if (value == 2) {
                if (in + 1 >= bytes.length) {
                    throw truncated();
                }
                x += bytes[in++] & 0xFF;
                y += bytes[in++] & 0xFF;
                requireInside(x);
            } else {
                int length = bits == 8 ? value : (value + 1) / 2;
                if (length > bytes.length - in) {
                    throw truncated();
                }
                requireInside(x + value);
                for (int i = 0; i < value; i++) {
                    int packed = bytes[in + (bits == 8 ? i : i / 2)] & 0xFF;
                    indices[y * width + x++] = (byte) (bits == 8 ? packed : i % 2 == 0 ? packed >> 4 : packed & 15);
                }
                in += length + length % 2;
            }
        }
        return indices;
    }

    private void requireInside(int column) throws ImageException {
        if (column > header.width()) {
            throw ImageException.Invalid.corrupt("BMP", "a row is longer than the image is wide");
        }
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

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        if (bits > 8) {
            return MaskSamples.of(decode(OptionalInt.empty()).image(), false);
        }
        byte[] stored = indices(new ArrayList<>());
        char[] indices = new char[stored.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (char) (stored[i] & 0xFF);
        }
        return MaskSamples.ofPalette(header.width(), header.height(), indices, palette);
    }

    private static ImageException truncated() {
        return ImageException.Invalid.truncated("BMP", "last row");
    }

    private static int uint16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
    }

    private static int int32(byte[] bytes, int at) {
        return uint16(bytes, at) | uint16(bytes, at + 2) << 16;
    }
}
