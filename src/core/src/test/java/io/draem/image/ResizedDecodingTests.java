package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoding to the network's size gives the tensor of the whole image, to the bit, whatever the format. */
class ResizedDecodingTests {

    private static final int GRAY = 0;
    private static final int PALETTE = 3;

    /** Most pixels to which an image is scaled: {@code flat.webp} has 16 million in few bytes, which take a minute. */
    private static final int LARGEST_SCALED = 1_000_000;

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);

    @ParameterizedTest
    @MethodSource("files")
    void returnsTheTensorOfTheWholeImage(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        for (OptionalInt whiteLevel : List.of(OptionalInt.empty(), OptionalInt.of(4095))) {
            assertSame(bytes, whiteLevel);
        }
    }

    static Stream<Path> files() throws IOException, URISyntaxException {
        Path resources = Path.of(
                        ResizedDecodingTests.class.getResource("README.md").toURI())
                .getParent();
        try (Stream<Path> files = Files.walk(resources)) {
            return files
                    .filter(file -> file.toString().matches(".*\\.(jpg|png|bmp|tif|webp)"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pngs")
    void readsAPngRowByRowAsTheCodecReadsIt(int color, int bits, int paletteColors, boolean significant)
            throws Exception {
        for (int width : new int[] {1, 2, 7, 8, 61}) {
            byte[] png = png(width, 23, color, bits, paletteColors, significant ? 12 : 0);
            for (OptionalInt whiteLevel : List.of(OptionalInt.empty(), OptionalInt.of(4095))) {
                PngFile file = PngFile.open(png, ImageLimits.DEFAULT);
                assertThat(file.rows(whiteLevel)).isNotNull();
                BufferedImage image =
                        Codec.PNG.read(file.essentials(), file.header().pixels(), new ArrayList<>());
                DecodedImage expected = Samples.decoded(
                        image, new WhiteLevel(16, OptionalInt.empty(), file.significantBits(), whiteLevel));
                DecodedImage decoded = decoder.decode(png, whiteLevel);
                assertThat(decoded.image().rgb()).isEqualTo(expected.image().rgb());
                assertThat(decoded.samples()).isEqualTo(expected.samples());
                assertThat(decoded.warnings()).isEqualTo(expected.warnings());
                assertSame(png, whiteLevel);
            }
        }
    }

    static Stream<Arguments> pngs() {
        List<Arguments> kinds = new ArrayList<>();
        for (int bits : new int[] {1, 2, 4, 8}) {
            kinds.add(Arguments.of(GRAY, bits, 0, false));
            kinds.add(Arguments.of(PALETTE, bits, 1 << bits, false));
            kinds.add(Arguments.of(PALETTE, bits, (1 << bits) - 1, false));
        }
        for (int color : new int[] {2, 4, 6}) {
            kinds.add(Arguments.of(color, 8, 0, false));
        }
        for (int color : new int[] {GRAY, 2, 4, 6}) {
            kinds.add(Arguments.of(color, 16, 0, false));
            kinds.add(Arguments.of(color, 16, 0, true));
        }
        return kinds.stream();
    }

    @Test
    void refusesRowsThatEndTooEarlyOrHaveAnUnknownFilter() throws Exception {
        byte[] rows = new byte[9 * 100];
        byte[] ended = assemble(8, 101, GRAY, 8, new byte[0], new byte[0], rows);
        byte[] filter = rows.clone();
        filter[9 * 50] = 5;
        byte[] unknown = assemble(8, 100, GRAY, 8, new byte[0], new byte[0], filter);
        byte[] tooMany = assemble(60_000, 1_000, GRAY, 8, new byte[0], new byte[0], rows);
        for (byte[] png : List.of(ended, unknown, tooMany)) {
            assertThatExceptionOfType(ImageException.Invalid.class).isThrownBy(() -> decoder.decode(png));
            assertThatExceptionOfType(ImageException.Invalid.class)
                    .isThrownBy(() -> decoder.decodeResized(png, OptionalInt.empty(), 32, 32));
        }
    }

    @Test
    void takesFewRowsOfALargeImageThatIsReadRowByRow() throws Exception {
        byte[] png = assemble(8000, 8000, GRAY, 1, new byte[0], new byte[0], new byte[1001 * 8000]);
        long full = 3L * 8000 * 8000;
        assertThat(decoder.readHeader(png).resizingBytes(256, 256)).isLessThan(full / 50);
        ResizedImage resized = decoder.decodeResized(png, OptionalInt.empty(), 256, 256);
        assertThat(resized.width()).isEqualTo(8000);
        assertThat(resized.height()).isEqualTo(8000);
        assertThat(resized.tensor()).hasSize(3 * 256 * 256).containsOnly(0f);
    }

    private void assertSame(byte[] bytes, OptionalInt whiteLevel) throws ImageException {
        DecodedImage decoded;
        try {
            decoded = decoder.decode(bytes, whiteLevel);
        } catch (ImageException e) {
            assertThatExceptionOfType(e.getClass())
                    .isThrownBy(() -> decoder.decodeResized(bytes, whiteLevel, 16, 24))
                    .withMessage(e.getMessage());
            return;
        }
        for (int[] size : new int[][] {{16, 24}, {300, 280}}) {
            ResizedImage resized = decoder.decodeResized(bytes, whiteLevel, size[0], size[1]);
            assertThat(resized.width()).isEqualTo(decoded.image().width());
            assertThat(resized.height()).isEqualTo(decoded.image().height());
            assertThat(resized.samples()).isEqualTo(decoded.samples());
            assertThat(resized.warnings()).isEqualTo(decoded.warnings());
            assertThat(Arrays.equals(resized.tensor(), ImageTensor.of(decoded.image(), size[0], size[1])))
                    .isTrue();
        }
        assertThat(decoder.readHeader(bytes).resizingBytes(16, 24)).isPositive();
        assertScaled(bytes, whiteLevel, decoded);
    }

    /** Samples of frames, smaller, larger and as large as the image, are those of the tensor, rounded. */
    private void assertScaled(byte[] bytes, OptionalInt whiteLevel, DecodedImage decoded) throws ImageException {
        RgbImage image = decoded.image();
        for (int[] size : new int[][] {{16, 24}, {300, 280}, {image.width(), image.height()}}) {
            if (size[0] * size[1] > LARGEST_SCALED) {
                continue;
            }
            float[] tensor = ImageTensor.of(image, size[0], size[1]);
            int pixels = size[0] * size[1];
            for (boolean keep : new boolean[] {false, true}) {
                ScaledImage scaled = decoder.open(bytes).decodeScaled(whiteLevel, size[0], size[1], keep);
                assertThat(scaled.width()).isEqualTo(image.width());
                assertThat(scaled.height()).isEqualTo(image.height());
                assertThat(scaled.samples()).isEqualTo(decoded.samples());
                assertThat(scaled.warnings()).isEqualTo(decoded.warnings());
                byte[] rgb = scaled.scaled().toRgb().rgb();
                double farthest = 0;
                for (int i = 0; i < rgb.length; i++) {
                    double exact = 255.0 * tensor[i % 3 * pixels + i / 3];
                    farthest = Math.max(farthest, Math.abs((rgb[i] & 0xFF) - exact));
                }
                assertThat(farthest).isLessThan(0.5001);
                assertThat(rgb)
                        .isEqualTo(PixelBytes.of(image)
                                .resized(size[0], size[1])
                                .toRgb()
                                .rgb());
                if (keep) {
                    assertThat(Objects.requireNonNull(scaled.image()).rgb()).isEqualTo(image.rgb());
                } else {
                    assertThat(scaled.image()).isNull();
                }
            }
        }
        assertThat(decoder.readHeader(bytes).scalingBytes(image.width(), image.height(), true))
                .isGreaterThanOrEqualTo((long) image.rgb().length);
    }

    @Test
    void grayHasOneChannelAndAnImageOfItsOwnSizeIsNotCopied() throws Exception {
        byte[] gray = assemble(40, 30, GRAY, 8, new byte[0], new byte[0], new byte[41 * 30]);
        ScaledImage scaled = decoder.open(gray).decodeScaled(OptionalInt.empty(), 40, 30, true);
        assertThat(scaled.scaled().channels()).isEqualTo(1);
        assertThat(scaled.scaled().samples()).hasSize(40 * 30);
        assertThat(Objects.requireNonNull(scaled.image()).rgb()).hasSize(3 * 40 * 30);

        byte[] rgb = png(40, 30, 2, 8, 0, 0);
        ScaledImage shared = decoder.open(rgb).decodeScaled(OptionalInt.empty(), 40, 30, true);
        assertThat(shared.scaled().samples())
                .isSameAs(Objects.requireNonNull(shared.image()).rgb());

        BufferedImage picture = new BufferedImage(40, 30, BufferedImage.TYPE_3BYTE_BGR);
        picture.setRGB(5, 5, 0x808080);
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(picture, "jpeg", jpeg);
        assertThat(decoder.open(jpeg.toByteArray())
                        .decodeScaled(OptionalInt.empty(), 20, 15, false)
                        .scaled()
                        .channels())
                .as("a JPEG of three components whose colors are gray")
                .isEqualTo(1);
    }

    @Test
    void takesFewRowsOfALargeImageInAdditionToTheFrame() throws Exception {
        byte[] png = assemble(8000, 8000, GRAY, 1, new byte[0], new byte[0], new byte[1001 * 8000]);
        assertThat(decoder.readHeader(png).scalingBytes(1000, 1000, false)).isBetween(1_000_000L, 3_000_000L);
        assertThat(decoder.readHeader(png).scalingBytes(8000, 8000, false)).isBetween(64_000_000L, 65_000_000L);
        PixelBytes scaled = decoder.open(png)
                .decodeScaled(OptionalInt.empty(), 1000, 1000, false)
                .scaled();
        assertThat(scaled.samples()).hasSize(1_000_000).containsOnly(0);
    }

    /** Returns a PNG whose rows are noise and use every filter. */
    private static byte[] png(int width, int height, int color, int bits, int paletteColors, int significantBits)
            throws IOException {
        Random random = new Random(31L * color + bits);
        int samples = new int[] {1, 0, 3, 1, 2, 0, 4}[color];
        int rowBytes = 1 + (width * bits * samples + 7) / 8;
        byte[] rows = new byte[rowBytes * height];
        random.nextBytes(rows);
        for (int y = 0; y < height; y++) {
            rows[y * rowBytes] = (byte) (significantBits > 0 ? 0 : y % 5);
            // Low values: of 12 bits, or those of a palette that has fewer colors than its bits allow.
            for (int i = 1; significantBits > 0 && i < rowBytes; i += 2) {
                rows[y * rowBytes + i] &= 0x0F;
            }
        }
        byte[] palette = new byte[3 * paletteColors];
        random.nextBytes(palette);
        byte[] significant = new byte[significantBits > 0 ? samples : 0];
        Arrays.fill(significant, (byte) significantBits);
        return assemble(width, height, color, bits, palette, significant, rows);
    }

    private static byte[] assemble(
            int width, int height, int color, int bits, byte[] palette, byte[] significant, byte[] rows)
            throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        byte[] header = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put((byte) bits)
                .put((byte) color)
                .array();
        chunk(png, "IHDR", header);
        if (significant.length > 0) {
            chunk(png, "sBIT", significant);
        }
        if (palette.length > 0) {
            chunk(png, "PLTE", palette);
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(packed)) {
            deflate.write(rows);
        }
        int half = packed.size() / 2;
        chunk(png, "IDAT", Arrays.copyOf(packed.toByteArray(), half));
        chunk(png, "IDAT", Arrays.copyOfRange(packed.toByteArray(), half, packed.size()));
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        byte[] content = ByteBuffer.allocate(4 + data.length)
                .put(type.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .put(data)
                .array();
        CRC32 crc = new CRC32();
        crc.update(content);
        png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        png.writeBytes(content);
        png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
