package io.draem.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A WebP picture or the first frame of a WebP animation. The codec is given the frame's pixels alone: neither alpha nor
 * profile, and no canvas that claims to be smaller than its frame.
 *
 * @param header size of the canvas
 * @param frame the frame as a WebP of its own
 * @param frameX column of the canvas where the frame starts
 * @param frameY row of the canvas where the frame starts
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">the format</a>
 */
record WebpFile(ImageHeader header, int orientation, byte[] frame, int frameX, int frameY) implements EncodedImage {

    private static final int RIFF_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int FRAME_HEADER_BYTES = 16;
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
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        var image = Codec.WEBP.read(frame);
        DecodedImage decoded = Samples.decoded(image, WhiteLevel.ofSixteenBits(whiteLevel));
        if (image.getWidth() == header.width() && image.getHeight() == header.height()) {
            return decoded;
        }
        if (frameX + image.getWidth() > header.width() || frameY + image.getHeight() > header.height()) {
            throw ImageException.Invalid.corrupt("WebP", "its first frame is larger than its canvas");
        }
        byte[] canvas = new byte[header.width() * header.height() * 3]; // black, as Pillow leaves it
        int rowBytes = image.getWidth() * 3;
        for (int y = 0; y < image.getHeight(); y++) {
            System.arraycopy(
                    decoded.image().rgb(),
                    y * rowBytes,
                    canvas,
                    ((frameY + y) * header.width() + frameX) * 3,
                    rowBytes);
        }
        return new DecodedImage(new RgbImage(header.width(), header.height(), canvas), SampleRange.BYTES, List.of());
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        if (ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getInt(RIFF_HEADER_BYTES) == LOSSY) {
            return MaskSamples.of(decode(OptionalInt.empty()).image(), true);
        }
        var image = Codec.WEBP.read(frame);
        boolean whole = image.getWidth() == header.width() && image.getHeight() == header.height();
        return whole
                ? MaskSamples.of(image)
                : MaskSamples.of(decode(OptionalInt.empty()).image(), false);
    }

    private static int fourLetters(String letters) {
        return letters.charAt(0) | letters.charAt(1) << 8 | letters.charAt(2) << 16 | letters.charAt(3) << 24;
    }

    /** Walks the chunks once. */
    private static final class Chunks {

        private final ByteBuffer bytes;
        private final ImageLimits limits;
        private @Nullable ImageHeader canvas;
        private byte @Nullable [] frame;
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
            return new WebpFile(canvas, orientation, frame, frameX, frameY);
        }

        private void walk(int start, long end, boolean insideFrame) throws ImageException {
            long position = start;
            while (end - position >= CHUNK_HEADER_BYTES) {
                int at = (int) position;
                int type = bytes.getInt(at);
                int data = at + CHUNK_HEADER_BYTES;
                long length = uint32(at + 4);
                long room = end - data;
                if (type == EXTENDED && room >= 10) {
                    setCanvas(uint24(data + 4) + 1L, uint24(data + 7) + 1L);
                } else if (type == LOSSY && room >= 10) {
                    setFrame(bytes.getShort(data + 6) & 0x3FFF, bytes.getShort(data + 8) & 0x3FFF);
                } else if (type == LOSSLESS && room >= 5) {
                    int sizes = bytes.getInt(data + 1);
                    setFrame((sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1);
                }
                if (length > room) {
                    throw truncated();
                }
                boolean first = frame == null;
                if (first && (type == LOSSY || type == LOSSLESS)) {
                    frame = alone(at, CHUNK_HEADER_BYTES + (int) length);
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
        }

        /** Returns one chunk as a file. */
        private byte[] alone(int start, int length) {
            int padded = length + (length & 1);
            ByteBuffer file = ByteBuffer.allocate(RIFF_HEADER_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
            file.putInt(RIFF).putInt(4 + padded).putInt(WEBP).put(bytes.array(), start, length);
            return file.array();
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
