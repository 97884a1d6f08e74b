package io.draem.image;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a PNG that is not interlaced, unpacked one at a time.
 *
 * @param png signature and critical chunks
 * @param bits bits per sample
 * @param color color type
 * @param palette three bytes for every index that the bits allow; empty without one
 * @param data index of the first chunk of the pixels
 */
record PngRows(byte[] png, int width, int height, int bits, int color, byte[] palette, int data) implements PixelRows {

    private static final int GRAY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GRAY_ALPHA = 4;
    private static final int RGB_ALPHA = 6;

    /** Deflate expands a byte to at most 1032. */
    private static final long MAX_EXPANSION = 1_040;

    private static final int IHDR_DATA = 16;

    /**
     * Returns the rows; null where the image is interlaced, or invalid in a way that the codec reports.
     *
     * @throws IOException if the pixels are too few bytes for the rows of the header, so that no memory is taken
     */
    static @Nullable PngRows of(byte[] png, int width, int height) throws IOException {
        int bits = png[IHDR_DATA + 8];
        int color = png[IHDR_DATA + 9];
        boolean plain = png[IHDR_DATA + 10] == 0 && png[IHDR_DATA + 11] == 0 && png[IHDR_DATA + 12] == 0;
        boolean known = switch (color) {
            case GRAY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
            case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
            case RGB, GRAY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
            default -> false;
        };
        if (!plain || !known) {
            return null;
        }
        byte[] palette = color == GRAY && bits < 8 ? grays(bits) : new byte[0];
        int at = PngFile.SIGNATURE_BYTES + PngFile.CHUNK_OVERHEAD + 13;
        if (PngFile.int32(png, at + 4) == PngFile.PLTE) {
            int length = PngFile.int32(png, at);
            if (color == PALETTE) {
                if (length == 0 || length % 3 != 0 || length > 3 << bits) {
                    return null;
                }
                palette = Arrays.copyOf(
                        Arrays.copyOfRange(png, at + 8, at + 8 + length), 3 << bits); // black beyond, as the codec
            }
            at += PngFile.CHUNK_OVERHEAD + length;
        }
        long bytes = 0;
        int next = at;
        while (PngFile.int32(png, next + 4) == PngFile.IDAT) {
            bytes += PngFile.int32(png, next);
            next += PngFile.CHUNK_OVERHEAD + PngFile.int32(png, next);
        }
        if (PngFile.int32(png, next + 4) != PngFile.IEND || bytes == 0 || (color == PALETTE && palette.length == 0)) {
            return null;
        }
        PngRows rows = new PngRows(png, width, height, bits, color, palette, at);
        if (height * rows.rowBytes() > MAX_EXPANSION * bytes) {
            throw new IOException("The pixels end too early");
        }
        return rows;
    }

    PixelRows rows(WhiteLevel whiteLevel) {
        return bits < 16
                ? this
                : new DeepRows(this::readDeep, width, samples(), whiteLevel, 2 * rowBytes() + 2L * width * samples());
    }

    @Override
    public int channels() {
        return color == RGB || color == RGB_ALPHA || (color == PALETTE && !isGray(palette)) ? 3 : 1;
    }

    @Override
    public long heapBytes() {
        return 2 * rowBytes() + (long) width * channels();
    }

    @Override
    public Read read(Target target) throws ImageException, IOException {
        int channels = channels();
        int samples = samples();
        byte[] shown = new byte[width * channels];
        unpack(row -> {
            if (palette.length > 0) {
                lookUp(row, channels, shown);
            } else {
                for (int in = 1, out = 0; out < shown.length; in += samples, out += channels) {
                    for (int channel = 0; channel < channels; channel++) {
                        shown[out + channel] = row[in + channel];
                    }
                }
            }
            target.row(shown);
        });
        return Read.BYTES;
    }

    private void readDeep(DeepRows.Samples target) throws ImageException, IOException {
        short[] deep = new short[width * samples()];
        unpack(row -> {
            for (int i = 0, in = 1; i < deep.length; i++, in += 2) {
                deep[i] = (short) (row[in] << 8 | (row[in + 1] & 0xFF));
            }
            target.row(deep);
        });
    }

    private void lookUp(byte[] row, int channels, byte[] shown) {
        int mask = (1 << bits) - 1;
        for (int x = 0, out = 0; x < width; x++, out += channels) {
            int bit = x * bits;
            int entry = 3 * (row[1 + (bit >>> 3)] >> (8 - bits - (bit & 7)) & mask);
            for (int channel = 0; channel < channels; channel++) {
                shown[out + channel] = palette[entry + channel];
            }
        }
    }

    /** Passes each row as stored, after the byte that names its filter, with the filter undone. */
    private void unpack(Target target) throws ImageException, IOException {
        int length = Math.toIntExact(rowBytes());
        byte[] row = new byte[length];
        byte[] above = new byte[length];
        Inflater inflater = new Inflater();
        int[] chunk = {data};
        try {
            for (int y = 0; y < height; y++) {
                inflate(inflater, chunk, row);
                undoFilter(row, above);
                target.row(row);
                byte[] free = above;
                above = row;
                row = free;
            }
            inflater.inflate(new byte[1]); // the checksum is compared where the data ends here
        } catch (DataFormatException e) {
            throw new IOException(e);
        } finally {
            inflater.end();
        }
    }

    private void inflate(Inflater inflater, int[] chunk, byte[] row) throws DataFormatException, IOException {
        int filled = 0;
        while (filled < row.length) {
            int more = inflater.inflate(row, filled, row.length - filled);
            filled += more;
            if (more > 0) {
                continue;
            }
            int at = chunk[0];
            if (!inflater.needsInput() || inflater.finished() || PngFile.int32(png, at + 4) != PngFile.IDAT) {
                throw new IOException("The pixels end too early");
            }
            inflater.setInput(png, at + 8, PngFile.int32(png, at));
            chunk[0] = at + PngFile.CHUNK_OVERHEAD + PngFile.int32(png, at);
        }
    }

    private void undoFilter(byte[] row, byte[] above) throws IOException {
        int step = Math.max(1, bits * samples() / 8);
        int filter = row[0];
        switch (filter) {
            case 0 -> {}
            case 1 -> {
                for (int i = 1 + step; i < row.length; i++) {
                    row[i] += row[i - step];
                }
            }
            case 2 -> {
                for (int i = 1; i < row.length; i++) {
                    row[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 1; i < row.length; i++) {
                    int left = i > step ? row[i - step] & 0xFF : 0;
                    row[i] += (byte) ((left + (above[i] & 0xFF)) / 2);
                }
            }
            case 4 -> {
                for (int i = 1; i < row.length; i++) {
                    row[i] += i > step
                            ? (byte) nearest(row[i - step] & 0xFF, above[i] & 0xFF, above[i - step] & 0xFF)
                            : above[i];
                }
            }
            default -> throw new IOException("A row has the unknown filter " + filter);
        }
    }

    /** Returns which of three neighbors is nearest to left + above - corner: the predictor by Paeth. */
    private static int nearest(int left, int above, int corner) {
        int toLeft = Math.abs(above - corner);
        int toAbove = Math.abs(left - corner);
        int toCorner = Math.abs(left + above - 2 * corner);
        if (toLeft <= toAbove && toLeft <= toCorner) {
            return left;
        }
        return toAbove <= toCorner ? above : corner;
    }

    private int samples() {
        return switch (color) {
            case RGB -> 3;
            case GRAY_ALPHA -> 2;
            case RGB_ALPHA -> 4;
            default -> 1;
        };
    }

    /** Bytes of a row as stored, with the byte that names its filter. */
    private long rowBytes() {
        return 1 + ((long) width * bits * samples() + 7) / 8;
    }

    private static byte[] grays(int bits) {
        int max = (1 << bits) - 1;
        byte[] grays = new byte[3 << bits];
        for (int i = 0; i < grays.length; i++) {
            grays[i] = (byte) (i / 3 * 255 / max);
        }
        return grays;
    }

    private static boolean isGray(byte[] palette) {
        for (int i = 0; i < palette.length; i += 3) {
            if (palette[i] != palette[i + 1] || palette[i] != palette[i + 2]) {
                return false;
            }
        }
        return true;
    }
}
