package io.draem.image;

import io.draem.image.vp8.Vp8Decoder;
import io.draem.image.vp8.Vp8Exception;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A WebP picture or the first frame of a WebP animation. The decoder receives only the frame's pixels: neither alpha
 * nor profile, and no canvas that claims to be smaller than its frame.
 *
 * @param header size of the canvas
 * @param frame the first frame
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">the format</a>
 */
record WebpFile(ImageHeader header, int orientation, Frame frame) implements EncodedImage {

    private static final int RIFF_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;

    /** Bytes per pixel: luma, halved chroma, what is known of each macroblock, and RGB. */
    private static final double LOSSY_BYTES = 4.6;

    /** Bytes per pixel: ARGB, what predicts it, and RGB. */
    private static final double LOSSLESS_BYTES = 7.5;

    private static final int FRAME_HEADER_BYTES = 16;
    private static final int READ_AHEAD_BYTES = 16;
    private static final int RIFF = fourLetters("RIFF");
    private static final int WEBP = fourLetters("WEBP");
    private static final int EXTENDED = fourLetters("VP8X");
    private static final int ANIMATION_FRAME = fourLetters("ANMF");
    private static final int LOSSY = fourLetters("VP8 ");
    private static final int LOSSLESS = fourLetters("VP8L");
    private static final int EXIF = fourLetters("EXIF");

    static WebpFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        return new Chunks(bytes, limits).read();
    }

    @Override
    public double decodingBytesPerPixel() {
        double frameBytes = frame.lossy() ? LOSSY_BYTES : LOSSLESS_BYTES;
        boolean whole = frame.width() == header.width() && frame.height() == header.height();
        return frameBytes + (whole ? 0 : 3); // its canvas
    }

    @Override
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        if (frame.x() + frame.width() > header.width() || frame.y() + frame.height() > header.height()) {
            throw ImageException.Invalid.corrupt("WebP", "its first frame is larger than its canvas");
        }
        byte[] pixels = frame.pixels();
        if (frame.width() != header.width() || frame.height() != header.height()) {
            byte[] canvas = new byte[header.width() * header.height() * 3]; // black, as Pillow leaves it
            int rowBytes = frame.width() * 3;
            for (int y = 0; y < frame.height(); y++) {
                int target = ((frame.y() + y) * header.width() + frame.x()) * 3;
                System.arraycopy(pixels, y * rowBytes, canvas, target, rowBytes);
            }
            pixels = canvas;
        }
        return new DecodedImage(new RgbImage(header.width(), header.height(), pixels), SampleRange.BYTES, List.of());
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        if (frame.lossy()) {
            return MaskSamples.of(decode(OptionalInt.empty()).image(), true);
        }
        var image = Codec.WEBP.read(frame.alone(), frame.pixelCount(), new ArrayList<>());
        boolean whole = image.getWidth() == header.width() && image.getHeight() == header.height();
        return whole
                ? MaskSamples.of(image)
                : MaskSamples.of(decode(OptionalInt.empty()).image(), false);
    }

    private static int fourLetters(String letters) {
        return letters.charAt(0) | letters.charAt(1) << 8 | letters.charAt(2) << 16 | letters.charAt(3) << 24;
    }

    /**
     * The pixels of a frame, in one chunk.
     *
     * @param bytes contains the chunk
     * @param start index of the chunk's header
     * @param length of the chunk's content
     * @param x column of the canvas where the frame starts
     * @param y row of the canvas where the frame starts
     */
    private record Frame(byte[] bytes, int start, int length, boolean lossy, int width, int height, int x, int y) {

        byte[] pixels() throws ImageException, IOException {
            if (lossy) {
                int data = start + CHUNK_HEADER_BYTES;
                try {
                    return Vp8Decoder.decode(bytes, data, data + length);
                } catch (Vp8Exception e) {
                    throw ImageException.Invalid.corrupt("WebP", e.problem());
                }
            }
            var image = Codec.WEBP.read(alone(), pixelCount(), new ArrayList<>());
            if (image.getWidth() != width || image.getHeight() != height) {
                throw ImageException.Invalid.corrupt("WebP", "its frame is of another size than its header");
            }
            return Samples.decoded(image, WhiteLevel.ofSixteenBits(OptionalInt.empty()))
                    .image()
                    .rgb();
        }

        long pixelCount() {
            return (long) width * height;
        }

        /** Returns the chunk as a file, followed by zeros for the read-ahead of the codec. */
        private byte[] alone() {
            int whole = CHUNK_HEADER_BYTES + length;
            int padded = whole + (length & 1);
            ByteBuffer file = ByteBuffer.allocate(RIFF_HEADER_BYTES + padded + READ_AHEAD_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            file.putInt(RIFF).putInt(4 + padded).putInt(WEBP).put(bytes, start, whole);
            return file.array();
        }
    }

    /** Walks the chunks once. */
    private static final class Chunks {

        private final ByteBuffer bytes;
        private final ImageLimits limits;
        private @Nullable ImageHeader canvas;
        private @Nullable Frame frame;
        private int frameWidth;
        private int frameHeight;
        private int frameX;
        private int frameY;
        private int orientation = Orientation.AS_STORED;

        Chunks(byte[] bytes, ImageLimits limits) {
            this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            this.limits = limits;
        }

        WebpFile read() throws ImageException {
            walk(RIFF_HEADER_BYTES, Math.min(RIFF_HEADER_BYTES - 4 + uint32(4), bytes.capacity()), false);
            if (RIFF_HEADER_BYTES - 4 + uint32(4) > bytes.capacity() || canvas == null || frame == null) {
                throw truncated();
            }
            return new WebpFile(canvas, orientation, frame);
        }

        private void walk(int start, long end, boolean insideFrame) throws ImageException {
            long position = start;
            while (end - position >= CHUNK_HEADER_BYTES) {
                int at = (int) position;
                int type = bytes.getInt(at);
                int data = at + CHUNK_HEADER_BYTES;
                long length = uint32(at + 4);
                long available = end - data;
                if (type == EXTENDED && available >= 10) {
                    setCanvas(uint24(data + 4) + 1L, uint24(data + 7) + 1L);
                } else if (type == LOSSY && available >= 10) {
                    setFrame(bytes.getShort(data + 6) & 0x3FFF, bytes.getShort(data + 8) & 0x3FFF);
                } else if (type == LOSSLESS && available >= 5) {
                    int sizes = bytes.getInt(data + 1);
                    setFrame((sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1);
                }
                if (length > available) {
                    throw truncated();
                }
                boolean first = frame == null;
                if (first && (type == LOSSY || type == LOSSLESS)) {
                    if (frameWidth == 0) {
                        throw ImageException.Invalid.corrupt("WebP", "its frame has no header");
                    }
                    frame = new Frame(
                            bytes.array(), at, (int) length, type == LOSSY, frameWidth, frameHeight, frameX, frameY);
                } else if (first && type == ANIMATION_FRAME && !insideFrame && length >= FRAME_HEADER_BYTES) {
                    frameX = 2 * uint24(data);
                    frameY = 2 * uint24(data + 3);
                    walk(data + FRAME_HEADER_BYTES, data + length, true);
                } else if (type == EXIF) {
                    orientation = Orientation.ofExif(bytes.array(), data, data + (int) length);
                }
                position = data + length + (length & 1);
            }
        }

        private void setCanvas(long width, long height) throws ImageException {
            limits.requirePixels(width, height);
            if (canvas == null) {
                canvas = new ImageHeader(ImageFormat.WEBP, (int) width, (int) height);
            }
        }

        private void setFrame(int width, int height) throws ImageException {
            setCanvas(width, height); // the canvas where there is no other
            if (frame == null) {
                frameWidth = width;
                frameHeight = height;
            }
        }

        private long uint32(int at) {
            return Integer.toUnsignedLong(bytes.getInt(at));
        }

        private int uint24(int at) {
            return (bytes.getShort(at) & 0xFFFF) | (bytes.get(at + 2) & 0xFF) << 16;
        }

        private static ImageException truncated() {
            return ImageException.Invalid.truncated("WebP", "last chunk");
        }
    }
}
