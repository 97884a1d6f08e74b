package io.draem.frame;

import io.draem.score.RowMask;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One bit per pixel, in rows of whole words: small and of a known size whatever the shape. */
final class BitMask implements RowMask {

    private final int width;
    private final int height;
    private final int rowWords;
    private final long[] words;
    private int maxRuns;
    private long count;

    /** Makes a mask without any pixel. */
    BitMask(int width, int height) {
        this.width = width;
        this.height = height;
        this.rowWords = (width + Long.SIZE - 1) / Long.SIZE;
        this.words = new long[Math.multiplyExact(rowWords, height)];
    }

    /** Adds a pixel. */
    void set(int x, int y) {
        words[y * rowWords + x / Long.SIZE] |= 1L << x;
    }

    /** Adds the pixels of a row from one column to another (exclusive). */
    void setRun(int start, int end, int y) {
        for (int x = start; x < end; x = (x | Long.SIZE - 1) + 1) {
            long bits = -1L << x;
            if (end - (x & -Long.SIZE) < Long.SIZE) {
                bits &= (1L << end) - 1;
            }
            words[y * rowWords + x / Long.SIZE] |= bits;
        }
    }

    /** Inverts all pixels of a row from column {@code x} on, which may be the width, once {@link #unite} is called. */
    void toggleFrom(int x, int y) {
        if (x < width) {
            words[y * rowWords + x / Long.SIZE] ^= 1L << x;
        }
    }

    /** Adds the pixels of some rows of a mask of toggles, and clears these. */
    void unite(BitMask toggles, int top, int bottom) {
        for (int y = top; y < bottom; y++) {
            long inverted = 0;
            for (int i = y * rowWords; i < (y + 1) * rowWords; i++) {
                // The parity of all bits up to each one.
                long parity = toggles.words[i];
                for (int shift = 1; shift < Long.SIZE; shift *= 2) {
                    parity ^= parity << shift;
                }
                parity ^= inverted;
                inverted = parity >> (Long.SIZE - 1);
                words[i] |= parity;
                toggles.words[i] = 0;
            }
            // What is beyond the last column would count as pixels.
            if (width % Long.SIZE != 0) {
                words[(y + 1) * rowWords - 1] &= (1L << width) - 1;
            }
        }
    }

    /** Counts pixels and runs; nothing is added afterwards. */
    BitMask counted() {
        count = 0;
        maxRuns = 0;
        for (int y = 0; y < height; y++) {
            int runs = 0;
            long before = 0;
            for (int i = y * rowWords; i < (y + 1) * rowWords; i++) {
                count += Long.bitCount(words[i]);
                runs += Long.bitCount(words[i] & ~(words[i] << 1 | before));
                before = words[i] >>> (Long.SIZE - 1);
            }
            maxRuns = Math.max(maxRuns, runs);
        }
        return this;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int runs(int y, int[] bounds) {
        int runs = 0;
        int x = next(y, 0, 0);
        while (x < width) {
            int end = next(y, x, -1);
            bounds[2 * runs] = x;
            bounds[2 * runs + 1] = end;
            runs++;
            x = next(y, end, 0);
        }
        return runs;
    }

    @Override
    public int maxRuns() {
        return maxRuns;
    }

    @Override
    public boolean contains(int x, int y) {
        return (words[y * rowWords + x / Long.SIZE] >>> x & 1) != 0;
    }

    @Override
    public boolean intersects(int x, int y, int rectangleWidth, int rectangleHeight) {
        int left = Math.max(0, x);
        int right = Math.min(width, x + rectangleWidth);
        for (int row = Math.max(0, y); left < right && row < Math.min(height, y + rectangleHeight); row++) {
            if (next(row, left, 0) < right) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long count() {
        return count;
    }

    /** Returns the first column from {@code x} on whose bit differs from those of {@code inverted}, else the width. */
    private int next(int y, int x, long inverted) {
        if (x >= width) {
            return width;
        }
        int word = x / Long.SIZE;
        long bits = (words[y * rowWords + word] ^ inverted) & -1L << x;
        while (bits == 0) {
            word++;
            if (word == rowWords) {
                return width;
            }
            bits = words[y * rowWords + word] ^ inverted;
        }
        return Math.min(width, word * Long.SIZE + Long.numberOfTrailingZeros(bits));
    }

    /** Returns size and pixels as bytes, the same for equal masks. */
    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES * words.length);
        bytes.putInt(width).putInt(height).asLongBuffer().put(words);
        return bytes.array();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BitMask mask
                && width == mask.width
                && height == mask.height
                && Arrays.equals(words, mask.words);
    }

    @Override
    public int hashCode() {
        return 31 * width + Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        return count + " of " + width + "x" + height + " pixels";
    }
}
