package io.draem.image;

import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A JPEG, checked segment by segment. The codec receives only the segments that determine the samples, and returns
 * these as stored; they are converted to RGB by libjpeg's rules, without profiles.
 *
 * @param colors meaning of the components
 * @param coefficients per pixel, all kept until the last of several scans; 0 where there is one scan
 * @param strayBytes bytes between segments that were skipped
 * @param essentials tables, frame and scans, followed by zeros
 */
record JpegFile(
        ImageHeader header, int orientation, JpegColors colors, double coefficients, long strayBytes, byte[] essentials)
        implements EncodedImage {

    /** A progressive JPEG has about ten scans; thousands of empty ones would keep a codec busy for hours. */
    private static final int MAX_SCANS = 100;

    private static final int TEM = 0x01;
    private static final int SOF0 = 0xC0;
    private static final int SOF2 = 0xC2;
    private static final int SOF15 = 0xCF;
    private static final int DHT = 0xC4;
    private static final int JPG = 0xC8;
    private static final int DAC = 0xCC;
    private static final int RST0 = 0xD0;
    private static final int RST7 = 0xD7;
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP0 = 0xE0;
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final int APP15 = 0xEF;
    private static final int COM = 0xFE;

    static JpegFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        return new Segments(bytes, limits).read();
    }

    @Override
    public double decodingBytesPerPixel() {
        return colors.bytesPerPixel() + Short.BYTES * coefficients;
    }

    @Override
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        List<ImageWarning> warnings = new ArrayList<>();
        if (strayBytes > 0) {
            warnings.add(ImageWarning.strayBytes(strayBytes));
        }
        Raster raster = Codec.JPEG.readRaster(essentials, header.pixels(), warnings);
        if (raster.getWidth() != header.width() || raster.getHeight() != header.height()) {
            throw ImageException.Invalid.corrupt("JPEG", "its frame is of another size than its header");
        }
        return new DecodedImage(
                new RgbImage(header.width(), header.height(), colors.toRgb(raster)), SampleRange.BYTES, warnings);
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        return MaskSamples.of(decode(OptionalInt.empty()).image(), true);
    }

    /** Walks the segments once. */
    private static final class Segments {

        private final byte[] bytes;
        private final ImageLimits limits;
        /** Not trimmed to its length, which would take a second copy. */
        private final byte[] essentials;

        private int kept;
        private ImageHeader header = new ImageHeader(ImageFormat.JPEG, 0, 0);
        private int orientation = Orientation.AS_STORED;
        private final JpegColors.Hints hints = new JpegColors.Hints();
        private int scans;
        private double coefficients;
        private long strayBytes;

        Segments(byte[] bytes, ImageLimits limits) {
            this.bytes = bytes;
            this.limits = limits;
            this.essentials = new byte[bytes.length];
        }

        JpegFile read() throws ImageException {
            keep(0, 2);
            int position = 2;
            while (true) {
                position = nextMarker(position);
                int marker = bytes[position - 1] & 0xFF;
                if (marker == EOI) {
                    break;
                }
                int end = segmentEnd(position);
                segment(marker, position, end);
                position = marker == SOS ? scanEnd(end) : end;
                if (marker == SOS) {
                    keep(end, position);
                }
            }
            if (scans == 0) {
                throw corrupt("it has no picture");
            }
            essentials[kept] = (byte) 0xFF;
            essentials[kept + 1] = (byte) EOI;
            return new JpegFile(
                    header, orientation, hints.colors(), scans > 1 ? coefficients : 0, strayBytes, essentials);
        }

        private void keep(int start, int end) {
            System.arraycopy(bytes, start, essentials, kept, end - start);
            kept += end - start;
        }

        /** Returns the index after the next marker. Bytes outside of segments are skipped, as libjpeg does. */
        private int nextMarker(int start) throws ImageException {
            int position = start;
            while (position + 1 < bytes.length) {
                int marker = bytes[position + 1] & 0xFF;
                boolean prefixed = (bytes[position] & 0xFF) == 0xFF;
                if (prefixed && marker == SOI) {
                    throw corrupt("a second image starts inside it");
                }
                if (prefixed && marker != 0xFF && marker > TEM && !(marker >= RST0 && marker <= RST7)) {
                    return position + 2;
                }
                if (prefixed && marker != 0xFF) {
                    strayBytes += 2; // a marker without a meaning between segments
                    position += 2;
                } else {
                    strayBytes += prefixed ? 0 : 1; // 0xFF before a marker is allowed
                    position++;
                }
            }
            throw truncated();
        }

        private int segmentEnd(int start) throws ImageException {
            if (start + 2 > bytes.length) {
                throw truncated();
            }
            int length = uint16(start);
            if (length < 2) {
                throw corrupt("a segment is shorter than its own length");
            }
            if (start + length > bytes.length) {
                throw truncated();
            }
            return start + length;
        }

        private void segment(int marker, int start, int end) throws ImageException {
            if (marker == APP1 && Orientation.startsWithPrefix(bytes, start + 2, end)) {
                orientation = Orientation.ofExif(bytes, start + 2, end);
            } else if (marker == APP0) {
                hints.application0(bytes, start + 2, end);
            } else if (marker == APP14) {
                hints.application14(bytes, start + 2, end);
            } else if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC) {
                frame(marker, start, end);
            } else if (marker == SOS) {
                if (header.width() == 0) {
                    throw corrupt("a scan comes before its frame");
                }
                if (++scans > MAX_SCANS) {
                    throw corrupt("it has more than " + MAX_SCANS + " scans");
                }
            }
            if (!(marker >= APP0 && marker <= APP15) && marker != COM) {
                keep(start - 2, end);
            }
        }

        private void frame(int marker, int start, int end) throws ImageException {
            if (end - start < 8) {
                throw corrupt("its frame header is too short");
            }
            int bits = bytes[start + 2] & 0xFF;
            int height = uint16(start + 3);
            int width = uint16(start + 5);
            int components = bytes[start + 7] & 0xFF;
            limits.requirePixels(width, height);
            if (header.width() != 0) {
                throw corrupt("it has two frames");
            }
            if (marker > SOF2 || bits != 8 || (components != 1 && components != 3 && components != 4)) {
                throw new ImageException.Unsupported("This kind of JPEG is not supported (frame type " + (marker - SOF0)
                        + ", " + bits + " bits, " + components + " components): save it as baseline or progressive"
                        + " with 8 bits in gray, RGB or CMYK");
            }
            if (end - start < 8 + 3 * components) {
                throw corrupt("its frame header is too short");
            }
            header = new ImageHeader(ImageFormat.JPEG, width, height);
            hints.frame(bytes, start + 8, components);
            coefficients = coefficients(start + 8, components);
        }

        /** Returns the coefficients per pixel of a frame, by the sampling of its components. */
        private double coefficients(int start, int components) {
            int sum = 0;
            int across = 1;
            int down = 1;
            for (int i = 0; i < components; i++) {
                int sampling = bytes[start + 3 * i + 1] & 0xFF;
                sum += (sampling >> 4) * (sampling & 0xF);
                across = Math.max(across, sampling >> 4);
                down = Math.max(down, sampling & 0xF);
            }
            return (double) sum / (across * down);
        }

        /** Returns the index of the next marker after the coded data that starts at {@code position}. */
        private int scanEnd(int position) throws ImageException {
            for (int i = position; i + 1 < bytes.length; i++) {
                int next = bytes[i + 1] & 0xFF;
                if (bytes[i] == (byte) 0xFF && next != 0 && next != 0xFF && !(next >= RST0 && next <= RST7)) {
                    return i;
                }
            }
            throw truncated();
        }

        private int uint16(int at) {
            return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
        }

        private static ImageException truncated() {
            return ImageException.Invalid.truncated("JPEG", "end marker");
        }

        private static ImageException corrupt(String problem) {
            return ImageException.Invalid.corrupt("JPEG", problem);
        }
    }
}
