package io.draem.image;

import java.io.IOException;

/**
 * Rows of samples of more than 8 bits, scaled to 8 by their white level. Where the level depends on the values that
 * occur, the samples are read twice.
 *
 * @param bands samples per pixel; from three on the first three are RGB, otherwise the first is gray
 * @param samplesHeapBytes heap that reading the samples takes
 */
record DeepRows(Source source, int width, int bands, WhiteLevel whiteLevel, long samplesHeapBytes)
        implements PixelRows {

    /** Reads the samples; may be called several times. */
    @FunctionalInterface
    interface Source {

        void read(Samples samples) throws ImageException, IOException;
    }

    /** Takes one row of interleaved samples; the array is valid until the method returns. */
    @FunctionalInterface
    interface Samples {

        void row(short[] row) throws ImageException;
    }

    @Override
    public int channels() {
        return bands >= 3 ? 3 : 1;
    }

    @Override
    public long heapBytes() {
        return samplesHeapBytes + (long) width * channels() + (2L << whiteLevel.bits());
    }

    @Override
    public Read read(Target target) throws ImageException, IOException {
        boolean[] seen = new boolean[1 << whiteLevel.bits()];
        if (whiteLevel.dependsOnValues()) {
            source.read(row -> mark(row, seen));
        }
        byte[] scale = WhiteLevel.scale(whiteLevel.range(seen));
        int channels = channels();
        byte[] scaled = new byte[width * channels];
        source.read(row -> {
            mark(row, seen);
            for (int in = 0, out = 0; out < scaled.length; in += bands, out += channels) {
                for (int channel = 0; channel < channels; channel++) {
                    scaled[out + channel] = scale[row[in + channel] & 0xFFFF];
                }
            }
            target.row(scaled);
        });
        SampleRange range = whiteLevel.range(seen);
        return new Read(range, whiteLevel.warnings(range));
    }

    private void mark(short[] row, boolean[] seen) {
        int channels = channels(); // the others are alpha
        for (int i = 0; i < width * bands; i += bands) {
            for (int channel = 0; channel < channels; channel++) {
                seen[row[i + channel] & 0xFFFF] = true;
            }
        }
    }
}
