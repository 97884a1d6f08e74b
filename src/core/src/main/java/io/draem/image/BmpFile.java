package io.draem.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A bitmap of Windows or OS/2: with a palette of 1 to 8 bits, optionally run-length encoded, or with 16, 24 or 32 bits
 * per pixel. Alpha is dropped.
 */
record BmpFile(ImageHeader header, BmpHeader bitmap, byte[] bytes) implements EncodedImage {

    static BmpFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        BmpHeader bitmap = BmpHeader.read(bytes, limits);
        return new BmpFile(new ImageHeader(ImageFormat.BMP, bitmap.width(), bitmap.height()), bitmap, bytes);
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
        if (!bitmap.runLength()) {
            return new Rows().decode(header.width(), header.height());
        }
        int[] palette = bitmap.palette();
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
        return bitmap.runLength() ? null : new Rows();
    }

    /** The rows of a bitmap that is not run-length encoded. */
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
                row(bitmap.start(bitmap.shown(y)), rgb);
                target.row(rgb);
            }
            return Read.BYTES;
        }
    }

    private void row(int start, byte[] rgb) throws ImageException {
        int width = header.width();
        int bits = bitmap.bits();
        int[] masks = bitmap.masks();
        int[] palette = bitmap.palette();
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
                    int pixel = step == 2 ? BmpHeader.uint16(bytes, in) : BmpHeader.int32(bytes, in);
                    for (int channel = 0; channel < 3; channel++) {
                        rgb[out + channel] = scaled(pixel, masks[channel]);
                    }
                }
            }
            default -> {
                for (int x = 0; x < width; x++, out += 3) {
                    int index = index(start, x, bits);
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
    private int index(int start, int x, int bits) {
        int bit = x * bits;
        return bytes[start + (bit >> 3)] >> (8 - bits - (bit & 7)) & ((1 << bits) - 1);
    }

    /** Returns a channel scaled to 8 bits; of more than 8, the highest eight. */
    private static byte scaled(int pixel, int mask) {
        int shift = Integer.numberOfTrailingZeros(mask);
        int value = (pixel & mask) >>> shift;
        int max = mask >>> shift;
        if (max == 0xFF) {
            return (byte) value;
        }
        int count = Integer.bitCount(mask);
        return (byte) (count > 8 ? value >>> (count - 8) : (value * 255 + max / 2) / max);
    }

    /** Returns the palette indices of all pixels, rows from the top; each is less than the number of colors. */
    private byte[] indices(List<ImageWarning> warnings) throws ImageException {
        int width = header.width();
        int bits = bitmap.bits();
        int colors = bitmap.palette().length;
        byte[] indices = new byte[width * header.height()];
        byte[] unpacked = bitmap.runLength() ? BmpRunLength.unpack(bitmap, bytes, warnings) : null;
        for (int row = 0; row < header.height(); row++) {
            int start = bitmap.start(row);
            int out = width * bitmap.shown(row);
            for (int x = 0; x < width; x++) {
                int index = unpacked != null ? unpacked[row * width + x] & 0xFF : index(start, x, bits);
                if (index >= colors) {
                    throw unknownColor();
                }
                indices[out + x] = (byte) index;
            }
        }
        return indices;
    }

    private static ImageException unknownColor() {
        return ImageException.Invalid.corrupt("BMP", "it has a color that is not in its palette");
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        if (bitmap.bits() > 8) {
            return MaskSamples.of(decode(OptionalInt.empty()).image(), false);
        }
        byte[] stored = indices(new ArrayList<>());
        char[] indices = new char[stored.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (char) (stored[i] & 0xFF);
        }
        return PaletteMask.of(header.width(), header.height(), indices, bitmap.palette());
    }
}
