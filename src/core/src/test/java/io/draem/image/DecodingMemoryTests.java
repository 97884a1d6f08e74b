package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.testing.BoundedProcess;
import io.draem.testing.LongTest;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decodes in separate JVMs, whose heaps are as small as the headers state that they can be. */
@Tag("slow")
class DecodingMemoryTests {

    private static final int SIDE = 3_000;
    private static final int JVM_MEGABYTES = 5;
    private static final ImageLimits LIMITS = new ImageLimits(1 << 30, SIDE * SIDE);
    private static final ImageLimits FRAMES = new ImageLimits(1 << 30, 4096 * 3000);

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "png, grey1, 3.125",
        "png, grey8, 4",
        "png, rgb8, 6",
        "png, rgba8, 7",
        "png, rgb16, 9",
        "png, rgba16, 11",
        "tiff, grey16, 5",
        "tiff, rgb16, 9",
        "bmp, rgb8, 3",
        "jpeg, grey8, 4",
        "jpeg, rgb8, 3",
        "progressive, grey8, 6"
    })
    void decodesWithTheMemoryThatTheHeaderStates(String format, String kind, double atMost) throws Exception {
        Path file = directory.resolve("image");
        Files.write(file, encode(format, kind));
        ImageHeader header = new ImageDecoder(LIMITS).readHeader(Files.readAllBytes(file));

        assertThat((double) header.decodingBytes() / header.pixels()).isBetween(3.0, atMost + 0.01);
        long megabytes = JVM_MEGABYTES + (header.decodingBytes() + 3 * Files.size(file)) / (1 << 20);
        assertThat(decode(file, megabytes)).isEqualTo("decoded");
    }

    /** Rows, columns and filters matter where an image has few rows and millions of columns, or the reverse. */
    @LongTest
    @ParameterizedTest
    @CsvSource({
        "2000000, 1, grey8, 1",
        "2000000, 1, rgb8, 1",
        "1, 2000000, grey8, 1",
        "1, 2000000, rgb8, 1",
        "1, 2000000, grey8, 6",
        "2000000, 1, rgb8, 8"
    })
    void resizesThinImagesWithTheMemoryThatTheHeaderStates(int width, int height, String kind, int orientation)
            throws Exception {
        byte[] png = encode("png", image(kind, width, height));
        Path file = directory.resolve("image");
        Files.write(file, turned(png, orientation));
        ImageHeader header = new ImageDecoder(LIMITS).readHeader(Files.readAllBytes(file));

        assertThat(header.uprightWidth()).isEqualTo(orientation == 1 ? width : height);
        long resizing = header.resizingBytes(Decoding.RESIZED, Decoding.RESIZED);
        long keeping = header.keepingBytes(Decoding.RESIZED, Decoding.RESIZED);
        long rest = JVM_MEGABYTES + 3 * Files.size(file) / (1 << 20);
        assertThat(decode(file, rest + resizing / (1 << 20), "resize")).isEqualTo("decoded");
        assertThat(decode(file, rest + keeping / (1 << 20), "keep")).isEqualTo("decoded");
        assertThat(keeping).isLessThan(80L * width * height);
    }

    /** A frame of 12 megapixels at the image's own size and at half of it, alone and with the image. */
    @LongTest
    @ParameterizedTest
    @CsvSource({
        "png, grey8, 1, 1",
        "png, rgb8, 1, 1",
        "png, rgb8, 2, 1",
        "png, grey8, 1, 6",
        "bmp, rgb8, 2, 1",
        "tiff, grey16, 1, 1",
        "jpeg, rgb8, 1, 1",
        "jpeg, rgb8, 2, 1"
    })
    void scalesToAFrameWithTheMemoryThatTheHeaderStates(String format, String kind, int divisor, int orientation)
            throws Exception {
        byte[] encoded = encode(format, image(kind, 4096, 3000));
        Path file = directory.resolve("image");
        Files.write(file, orientation == 1 ? encoded : turned(encoded, orientation));
        ImageHeader header = new ImageDecoder(FRAMES).readHeader(Files.readAllBytes(file));
        for (boolean keep : new boolean[] {false, true}) {
            long bytes = header.scalingBytes(header.uprightWidth() / divisor, header.uprightHeight() / divisor, keep);
            long megabytes = JVM_MEGABYTES + (bytes + 3 * Files.size(file)) / (1 << 20);
            assertThat(bytes).isLessThan(7L * header.pixels());
            assertThat(decode(file, megabytes, (keep ? "keep/" : "scale/") + divisor))
                    .isEqualTo("decoded");
        }
    }

    /** Returns a PNG with an EXIF orientation after its header. */
    private static byte[] turned(byte[] png, int orientation) {
        byte[] exif = ByteBuffer.allocate(4 + 26)
                .put("eXIfMM".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putInt(0x0112_0003)
                .putInt(1)
                .putInt(orientation << 16)
                .array();
        CRC32 checksum = new CRC32();
        checksum.update(exif);
        return ByteBuffer.allocate(png.length + exif.length + 8)
                .put(png, 0, 33)
                .putInt(exif.length - 4)
                .put(exif)
                .putInt((int) checksum.getValue())
                .put(png, 33, png.length - 33)
                .array();
    }

    @ParameterizedTest
    @CsvSource({"png, rgba16", "png, rgb8", "png, grey1", "tiff, rgb16", "jpeg, rgb8"})
    void anImageForWhichTheHeapIsTooSmallIsNotReportedAsBroken(String format, String kind) throws Exception {
        Path file = directory.resolve("image");
        Files.write(file, encode(format, kind));

        long megabytes = JVM_MEGABYTES + (SIDE * SIDE + Files.size(file)) / (1 << 20);
        assertThat(decode(file, megabytes)).startsWith("java.lang.OutOfMemoryError");
    }

    /** Returns the output of a JVM with a heap of this size, nearly all of it for arrays. */
    private static String decode(Path file, long megabytes) throws IOException, InterruptedException {
        return decode(file, megabytes, "decode");
    }

    private static String decode(Path file, long megabytes, String what) throws IOException, InterruptedException {
        List<String> options =
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmn1m", "-Xmx" + megabytes + "m");
        try (BoundedProcess process = BoundedProcess.startJava(options, Decoding.class, file.toString(), what)) {
            process.awaitExit(Duration.ofSeconds(60));
            return process.output().strip();
        }
    }

    /** The program that the JVM runs. */
    static final class Decoding {

        static final int RESIZED = 256;

        private Decoding() {}

        public static void main(String[] arguments) throws Exception {
            byte[] encoded = Files.readAllBytes(Path.of(arguments[0]));
            String said;
            try {
                decode(encoded, arguments[1]);
                said = "decoded";
            } catch (ImageException | OutOfMemoryError e) {
                said = e.toString();
            }
            System.out.println(said);
        }

        private static void decode(byte[] encoded, String what) throws ImageException {
            ImageDecoder decoder = new ImageDecoder(FRAMES);
            if (what.contains("/")) {
                OpenedImage opened = decoder.open(encoded);
                int divisor = Integer.parseInt(what.substring(what.indexOf('/') + 1));
                Reference.reachabilityFence(opened.decodeScaled(
                        OptionalInt.empty(),
                        opened.header().uprightWidth() / divisor,
                        opened.header().uprightHeight() / divisor,
                        what.startsWith("keep")));
                return;
            }
            if (what.equals("resize")) {
                decoder.decodeResized(encoded, OptionalInt.empty(), RESIZED, RESIZED);
                return;
            }
            RgbImage image = decoder.decode(encoded).image();
            if (what.equals("keep")) {
                ImageTensor.of(image, RESIZED, RESIZED);
            }
            Reference.reachabilityFence(image);
        }
    }

    private static byte[] encode(String format, String kind) throws IOException {
        return encode(format, image(kind, SIDE, SIDE));
    }

    private static byte[] encode(String format, BufferedImage image) throws IOException {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    int most = (1 << image.getRaster().getSampleModel().getSampleSize(band)) - 1;
                    image.getRaster().setSample(x, y, band, (x >> 4) + (y >> 4) * band & most);
                }
            }
        }
        boolean progressive = format.equals("progressive");
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(progressive ? "jpeg" : format);
        ImageWriter writer = writers.next();
        while (!writer.getClass().getName().startsWith("com.sun.")) { // others write no TIFF of 16 bits
            writer = writers.next();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            if (progressive) {
                parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage image(String kind, int width, int height) {
        var rgb = ColorSpace.getInstance(ColorSpace.CS_sRGB);
        return switch (kind) {
            case "grey1" -> new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY);
            case "grey8" -> new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
            case "grey16" -> new BufferedImage(width, height, BufferedImage.TYPE_USHORT_GRAY);
            case "rgb8" -> new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
            case "rgba8" -> interleaved(rgb, width, height, DataBuffer.TYPE_BYTE, 0, 1, 2, 3);
            case "rgb16" -> interleaved(rgb, width, height, DataBuffer.TYPE_USHORT, 0, 1, 2);
            case "rgba16" -> interleaved(rgb, width, height, DataBuffer.TYPE_USHORT, 0, 1, 2, 3);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static BufferedImage interleaved(ColorSpace space, int width, int height, int type, int... bands) {
        return ImageTypeSpecifier.createInterleaved(space, bands, type, bands.length > 3, false)
                .createBufferedImage(width, height);
    }
}
