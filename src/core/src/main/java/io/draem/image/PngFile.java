package io.draem.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A PNG, checked chunk by chunk. The codec receives only the chunks that determine colors, not texts and profiles,
 * which may unpack to a thousand times their size.
 *
 * @param sampleBits bits of all samples of a pixel
 * @param essentials signature and critical chunks, followed by zeros
 * @see <a href="https://www.w3.org/TR/png-3/">the format</a>
 */
record PngFile(ImageHeader header, int sampleBits, int orientation, OptionalInt significantBits, byte[] essentials)
        implements EncodedImage {

    static final int SIGNATURE_BYTES = 8;
    static final int CHUNK_OVERHEAD = 12; // length, type, checksum
    private static final int IHDR = 0x49484452;
    static final int PLTE = 0x504C5445;
    static final int IDAT = 0x49444154;
    static final int IEND = 0x49454E44;
    private static final int SBIT = 0x73424954;
    private static final int EXIF = 0x65584966;
    private static final int ANCILLARY = 0x20000000; // a lower-case first letter

    static PngFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        byte[] essentials = new byte[bytes.length]; // not trimmed to its length, which would take a second copy
        System.arraycopy(bytes, 0, essentials, 0, SIGNATURE_BYTES);
        int kept = SIGNATURE_BYTES;
        ImageHeader header = null;
        int sampleBits = 0;
        int orientation = Orientation.AS_STORED;
        OptionalInt significantBits = OptionalInt.empty();
        int position = SIGNATURE_BYTES;
        while (bytes.length - position >= CHUNK_OVERHEAD) {
            long length = Integer.toUnsignedLong(int32(bytes, position));
            int type = int32(bytes, position + 4);
            int data = position + 8;
            if (header == null) {
                if (type != IHDR || length != 13 || bytes.length - data < 13) {
                    throw ImageException.Invalid.corrupt("PNG", "it does not start with its header");
                }
                long width = Integer.toUnsignedLong(int32(bytes, data));
                long height = Integer.toUnsignedLong(int32(bytes, data + 4));
                limits.requirePixels(width, height);
                header = new ImageHeader(ImageFormat.PNG, (int) width, (int) height);
                sampleBits = sampleBits(bytes[data + 8] & 0xFF, bytes[data + 9]);
            } else if (type == IHDR) {
                throw ImageException.Invalid.corrupt("PNG", "it has two headers");
            }
            if (length > bytes.length - position - CHUNK_OVERHEAD) {
                break;
            }
            int end = data + (int) length;
            if (type == EXIF) {
                orientation = Orientation.ofExif(bytes, data, end);
            } else if (type == SBIT) {
                significantBits = significantBits(bytes, data, end);
            }
            if ((type & ANCILLARY) == 0) {
                requireChecksum(bytes, position + 4, end);
                requireKnown(type);
                System.arraycopy(bytes, position, essentials, kept, end + 4 - position);
                kept += end + 4 - position;
            }
            if (type == IEND) {
                return new PngFile(header, sampleBits, orientation, significantBits, essentials);
            }
            position = end + 4;
        }
        throw ImageException.Invalid.truncated("PNG", "last chunk");
    }

    private static int sampleBits(int depth, int colorType) {
        return depth
                * switch (colorType) {
                    case 2 -> 3;
                    case 4 -> 2;
                    case 6 -> 4;
                    default -> 1;
                };
    }

    @Override
    public double decodingBytesPerPixel() {
        return 3 + sampleBits / 8.0;
    }

    @Override
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        PixelRows rows = rows(whiteLevel);
        if (rows != null) {
            return rows.decode(header.width(), header.height());
        }
        List<ImageWarning> warnings = new ArrayList<>();
        BufferedImage image = Codec.PNG.read(essentials, header.pixels(), warnings);
        return Samples.decoded(image, whiteLevel(whiteLevel)).with(warnings);
    }

    @Override
    public @Nullable PixelRows rows(OptionalInt whiteLevel) throws IOException {
        PngRows rows = PngRows.of(essentials, header.width(), header.height());
        return rows == null ? null : rows.rows(whiteLevel(whiteLevel));
    }

    private WhiteLevel whiteLevel(OptionalInt given) {
        return new WhiteLevel(16, OptionalInt.empty(), significantBits, given);
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        return MaskSamples.of(Codec.PNG.read(essentials, header.pixels(), new ArrayList<>()));
    }

    /** Returns the largest number of significant bits of a color channel, empty where the chunk is invalid. */
    private static OptionalInt significantBits(byte[] bytes, int start, int end) {
        int channels = end - start >= 3 ? 3 : Math.min(1, end - start); // the one after them is alpha
        int max = 0;
        for (int i = 0; i < channels; i++) {
            max = Math.max(max, bytes[start + i] & 0xFF);
        }
        return max >= 1 && max <= 16 ? OptionalInt.of(max) : OptionalInt.empty();
    }

    private static void requireKnown(int type) throws ImageException {
        if (type != IHDR && type != PLTE && type != IDAT && type != IEND) {
            throw ImageException.Invalid.corrupt("PNG", "it has a critical chunk that no standard knows");
        }
    }

    private static void requireChecksum(byte[] bytes, int start, int end) throws ImageException {
        CRC32 checksum = new CRC32();
        checksum.update(bytes, start, end - start);
        if ((int) checksum.getValue() != int32(bytes, end)) {
            throw ImageException.Invalid.corrupt("PNG", "a checksum does not match");
        }
    }

    static int int32(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | (bytes[at + 3] & 0xFF);
    }
}
