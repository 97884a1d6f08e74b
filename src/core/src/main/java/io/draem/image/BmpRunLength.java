package io.draem.image;

import java.util.List;

/** The run-length encoding of bitmaps with 4 or 8 bits per pixel. */
final class BmpRunLength {

    private BmpRunLength() {}

    /**
     * Returns the palette indices, one per pixel, rows as stored. Pixels that the encoding skips have index 0.
     *
     * @param warnings takes a warning where the encoding ends before the last row
     * @throws ImageException.Invalid if the file ends before the encoding, or a row is longer than the image is wide
     */
    static byte[] unpack(BmpHeader header, byte[] bytes, List<ImageWarning> warnings) throws ImageException {
        int width = header.width();
        int height = header.height();
        int bits = header.bits();
        byte[] indices = new byte[width * height];
        int in = header.data();
        int x = 0;
        int y = 0;
        while (y < height) {
            if (in + 1 >= bytes.length) {
                if (x == width && y == height - 1) {
                    break; // complete except for its end mark
                }
                throw BmpHeader.truncated();
            }
            int count = bytes[in++] & 0xFF;
            int value = bytes[in++] & 0xFF;
            if (count > 0) {
                requireInside(x + count, width);
                for (int i = 0; i < count; i++) {
                    indices[y * width + x++] = (byte) (bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
                }
            } else if (value == 0) {
                x = 0;
                y++;
            } else if (value == 1) {
                if (y < height - 1) {
                    warnings.add(new ImageWarning(
                            ImageWarning.Kind.CODEC,
                            "The BMP ends after " + y + " of " + height
                                    + " rows, and the others have its first color: save it uncompressed if that is not"
                                    + " meant"));
                }
                break;
            } else if (value == 2) {
                if (in + 1 >= bytes.length) {
                    throw BmpHeader.truncated();
                }
                x += bytes[in++] & 0xFF;
                y += bytes[in++] & 0xFF;
                requireInside(x, width);
            } else {
                int length = bits == 8 ? value : (value + 1) / 2;
                if (length > bytes.length - in) {
                    throw BmpHeader.truncated();
                }
                requireInside(x + value, width);
                for (int i = 0; i < value; i++) {
                    int packed = bytes[in + (bits == 8 ? i : i / 2)] & 0xFF;
                    indices[y * width + x++] = (byte) (bits == 8 ? packed : i % 2 == 0 ? packed >> 4 : packed & 15);
                }
                in += length + length % 2;
            }
        }
        return indices;
    }

    private static void requireInside(int column, int width) throws ImageException {
        if (column > width) {
            throw ImageException.Invalid.corrupt("BMP", "a row is longer than the image is wide");
        }
    }
}
