package io.draem.image;

import java.io.IOException;
import java.util.OptionalInt;

/** A Windows bitmap. */
record BmpFile(ImageHeader header, byte[] bytes) implements EncodedImage {

    private static final int FILE_HEADER_BYTES = 14;
    private static final int CORE_HEADER_BYTES = 12;
    private static final int INFO_HEADER_BYTES = 40;
    private static final int UNCOMPRESSED = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BIT_FIELDS = 3;

    static BmpFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        if (bytes.length < FILE_HEADER_BYTES + CORE_HEADER_BYTES) {
            throw truncated();
        }
        boolean core = int32(bytes, 14) == CORE_HEADER_BYTES;
        if (!core && (int32(bytes, 14) < INFO_HEADER_BYTES || bytes.length < FILE_HEADER_BYTES + INFO_HEADER_BYTES)) {
            throw ImageException.Invalid.corrupt("BMP", "its header is too short");
        }
        long width = core ? uint16(bytes, 18) : int32(bytes, 18);
        long height = core ? uint16(bytes, 20) : Math.abs((long) int32(bytes, 22)); // negative: rows from the top
        limits.requirePixels(width, height);

        int compression = core ? UNCOMPRESSED : int32(bytes, 30);
        if (compression == UNCOMPRESSED || compression == BIT_FIELDS) {
            int bits = uint16(bytes, core ? 24 : 28);
            long needed = (width * bits + 31) / 32 * 4 * height;
            if (Integer.toUnsignedLong(int32(bytes, 10)) + needed > bytes.length) {
                throw truncated();
            }
        } else if (compression != RLE8 && compression != RLE4) {
            // A JPEG or PNG inside could be of any size, whatever the header says.
            throw new ImageException.Unsupported(
                    "This kind of BMP is not read here (compression " + compression + "): save it uncompressed");
        }
        return new BmpFile(new ImageHeader(ImageFormat.BMP, (int) width, (int) height), bytes);
    }

    @Override
    public int orientation() {
        return Orientation.AS_STORED;
    }

    @Override
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        return Samples.decoded(Codec.BMP.read(bytes), WhiteLevel.ofSixteenBits(whiteLevel));
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        return MaskSamples.of(Codec.BMP.read(bytes));
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
