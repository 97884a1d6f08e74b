package io.draem.overlay;

import io.draem.image.RgbImage;
import io.draem.score.RowMask;
import io.draem.score.ScaledMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes pictures, anomaly maps and masks as PNG.
 *
 * <p>Samples are written as they are, with no color space in between; the fastest compression level is used, since a
 * client waits for these pictures.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">the format</a>
 */
public final class PngWriter {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int GRAY = 0;
    private static final int RGB = 2;
    private static final int NO_FILTER = 0;
    private static final int SUB_FILTER = 1;
    private static final int MAX_16_BIT = 65_535;

    /** Writes one row of samples, most significant byte first. */
    private interface Rows {

        void fill(int y, byte[] row);
    }

    private PngWriter() {}

    /** Returns an image as an 8-bit RGB PNG. */
    public static byte[] rgb(RgbImage image) {
        int length = image.width() * 3;
        return encode(
                image.width(),
                image.height(),
                8,
                RGB,
                (y, row) -> System.arraycopy(image.rgb(), y * length, row, 0, length));
    }

    /** Returns a map of values 0 to 1 as a 16-bit gray PNG, {@code round(65535 * value)}; values beyond are clamped. */
    public static byte[] map(ScaledMap map) {
        ScaledMap.Rows rows = map.rows();
        return encode(map.width(), map.height(), 16, GRAY, (y, row) -> {
            float[] values = rows.read(y);
            for (int x = 0; x < values.length; x++) {
                int value = Math.min(MAX_16_BIT, Math.max(0, Math.round(values[x] * MAX_16_BIT)));
                row[2 * x] = (byte) (value >> 8);
                row[2 * x + 1] = (byte) value;
            }
        });
    }

    /** Returns an 8-bit gray PNG that is 255 where the map is strictly above the threshold, and 0 elsewhere. */
    public static byte[] mask(ScaledMap map, double threshold) {
        ScaledMap.Rows rows = map.rows();
        return encode(map.width(), map.height(), 8, GRAY, (y, row) -> {
            float[] values = rows.read(y);
            for (int x = 0; x < values.length; x++) {
                row[x] = (byte) (values[x] > threshold ? 0xFF : 0);
            }
        });
    }

    /** Returns a 1-bit gray PNG that is white where the mask has a pixel. */
    public static byte[] bits(RowMask mask) {
        int[] bounds = new int[2 * mask.maxRuns()];
        return encode(mask.width(), mask.height(), 1, GRAY, (y, row) -> {
            Arrays.fill(row, (byte) 0);
            int runs = mask.runs(y, bounds);
            for (int run = 0; run < runs; run++) {
                for (int x = bounds[2 * run]; x < bounds[2 * run + 1]; x++) {
                    row[x / 8] |= (byte) (0x80 >> x % 8);
                }
            }
        });
    }

    private static byte[] encode(int width, int height, int bitDepth, int colorType, Rows rows) {
        int pixelBits = bitDepth * (colorType == RGB ? 3 : 1);
        Output png = new Output();
        png.write(SIGNATURE, SIGNATURE.length);
        byte[] header = new byte[13];
        putInt(header, 0, width);
        putInt(header, 4, height);
        header[8] = (byte) bitDepth;
        header[9] = (byte) colorType;
        writeChunk(png, "IHDR", header, header.length);

        byte[] row = new byte[(width * pixelBits + 7) / 8];
        byte[] filtered = new byte[1 + row.length];
        byte[] compressed = new byte[1 << 16];
        boolean photographic = bitDepth > 8 || colorType == RGB;
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            for (int y = 0; y < height; y++) {
                rows.fill(y, row);
                filter(row, photographic ? pixelBits / 8 : 0, filtered);
                deflater.setInput(filtered);
                while (!deflater.needsInput()) {
                    writeData(png, compressed, deflater);
                }
            }
            deflater.finish();
            while (!deflater.finished()) {
                writeData(png, compressed, deflater);
            }
        } finally {
            deflater.end();
        }
        writeChunk(png, "IEND", new byte[0], 0);
        return png.toByteArray();
    }

    /**
     * Writes each byte less the one {@code distance} before it, which compresses smooth rows; 0 leaves them unchanged.
     */
    private static void filter(byte[] row, int distance, byte[] filtered) {
        if (distance == 0) {
            filtered[0] = NO_FILTER;
            System.arraycopy(row, 0, filtered, 1, row.length);
            return;
        }
        filtered[0] = SUB_FILTER;
        System.arraycopy(row, 0, filtered, 1, distance);
        for (int i = distance; i < row.length; i++) {
            filtered[1 + i] = (byte) (row[i] - row[i - distance]);
        }
    }

    private static void writeData(Output png, byte[] compressed, Deflater deflater) {
        int length = deflater.deflate(compressed);
        if (length > 0) {
            writeChunk(png, "IDAT", compressed, length);
        }
    }

    private static void writeChunk(Output png, String type, byte[] data, int length) {
        byte[] number = new byte[4];
        putInt(number, 0, length);
        png.write(number, number.length);
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        png.write(name, name.length);
        png.write(data, length);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data, 0, length);
        putInt(number, 0, (int) crc.getValue());
        png.write(number, number.length);
    }

    /** Bytes in segments: an array that grows is copied, and would take three times as much as it holds. */
    private static final class Output {

        private static final int SEGMENT = 1 << 16;

        private final List<byte[]> segments = new ArrayList<>();
        private int free;

        void write(byte[] bytes, int length) {
            for (int written = 0; written < length; ) {
                if (free == 0) {
                    segments.add(new byte[SEGMENT]);
                    free = SEGMENT;
                }
                int count = Math.min(free, length - written);
                System.arraycopy(bytes, written, segments.get(segments.size() - 1), SEGMENT - free, count);
                written += count;
                free -= count;
            }
        }

        byte[] toByteArray() {
            byte[] all = new byte[Math.toIntExact((long) SEGMENT * segments.size() - free)];
            for (int i = 0, at = 0; at < all.length; i++, at += SEGMENT) {
                System.arraycopy(segments.get(i), 0, all, at, Math.min(SEGMENT, all.length - at));
            }
            return all;
        }
    }

    private static void putInt(byte[] bytes, int offset, int value) {
        bytes[offset] = (byte) (value >> 24);
        bytes[offset + 1] = (byte) (value >> 16);
        bytes[offset + 2] = (byte) (value >> 8);
        bytes[offset + 3] = (byte) value;
    }
}
