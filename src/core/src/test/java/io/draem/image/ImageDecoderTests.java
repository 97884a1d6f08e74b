package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTests {

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "baseline.jpg",
                "progressive.jpg",
                "grey.jpg",
                "rgb.jpg",
                "profile.jpg",
                "cmyk.jpg",
                "ycck.jpg",
                "turned1.jpg",
                "turned2.jpg",
                "turned3.jpg",
                "turned4.jpg",
                "turned5.jpg",
                "turned6.jpg",
                "turned7.jpg",
                "turned8.jpg",
                "turned5.png",
                "turned3.tif",
                "turned8.webp",
                "grey.png",
                "grey16.png",
                "bilevel.png",
                "grey_alpha.png",
                "palette.png",
                "transparent.png",
                "animated.png",
                "rgb.bmp",
                "palette.bmp",
                "bilevel.bmp",
                "lzw.tif",
                "deflate16.tif",
                "jpeg.tif",
                "cmyk.tif",
                "group4.tif",
                "pages.tif",
                "lossless.webp",
                "transparent.webp",
                "animated.webp",
                "lossy.webp",
                "lossy-grey-q75.webp",
                "lossy-q10.webp",
                "lossy-q95.webp",
                "lossy-alpha.webp",
                "lossy-17x15.webp",
                "lossy-1x1.webp",
                "lossy-simple-filter.webp",
                "lossy-segments.webp",
                "lossy-animated.webp"
            })
    void decodesToThePixelsThatPillowDecodesTo(String name) throws Exception {
        RgbImage image = decoder.decode(resource(name)).image();

        BufferedImage expected = ImageIO.read(new ByteArrayInputStream(resource(name + ".expected.png")));
        assertThat(image.width()).isEqualTo(expected.getWidth());
        assertThat(image.height()).isEqualTo(expected.getHeight());
        assertThat(image.rgb()).isEqualTo(rgb(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tiff-none-grey8.tif",
                "tiff-lzw-predictor-rgb16-big.tif",
                "tiff-deflate-tiles-planes.tif",
                "tiff-packbits-planes16.tif",
                "tiff-6bits-62.tif",
                "tiff-6bits-60.tif",
                "tiff-10bits-62.tif",
                "tiff-12bits-60.tif",
                "tiff-4bits-rgb.tif",
                "tiff-14bits-60.tif",
                "tiff-12bits-white-is-zero.tif",
                "tiff-mono12-max-sample-value.tif",
                "tiff-palette-of-8-bits.tif",
                "tiff-rgb-assocalpha.tif",
                "tiff-cmyk-separate.tif",
                "tiff-jpeg-grey-strips.tif",
                "tiff-strip-length-0.tif",
                "tiff-orientation-6.tif",
                "png-mono12-significant-bits.png",
                "png-12bits-dark-scaled-significant-bits.png",
                "bmp-file-size-0.bmp",
                "bmp-os2-1-24.bmp",
                "bmp-os2-2-24.bmp",
                "bmp-os2-2-short.bmp",
                "bmp-os2-1-palette-4.bmp",
                "bmp-bits-565.bmp",
                "bmp-bits-888-reversed.bmp",
                "bmp-rle8.bmp",
                "bmp-rle4.bmp",
                "bmp-rle8-skips.bmp",
                "bmp-palette-2.bmp",
                "bmp-top-down.bmp",
                "jpeg-stray-before-end.jpg",
                "jpeg-stray-before-tables.jpg",
                "jpeg-stray-between-scans.jpg",
                "jpeg-stray-before-restart.jpg",
                "jpeg-stray-zeros-before-end.jpg",
                "grey-10bit-packed.tif",
                "grey-12bit-packed.tif",
                "grey-with-rgb-profile.tif",
                "palette-with-alpha.tif",
                "partial-last-strip.tif",
                "bmp-file-size-field-0.bmp"
            })
    void decodesOdditiesToTheirPixels(String name) throws Exception {
        DecodedImage decoded = decoder.decode(resource("oddities/" + name));

        BufferedImage expected = ImageIO.read(new ByteArrayInputStream(resource("oddities/" + name + ".expected.png")));
        assertThat(decoded.image().width()).isEqualTo(expected.getWidth());
        assertThat(decoded.image().rgb()).isEqualTo(rgb(expected));
        assertThat(decoded.warnings())
                .extracting(ImageWarning::kind)
                .allSatisfy(kind -> assertThat(kind)
                        .isEqualTo(
                                name.startsWith("jpeg-stray")
                                        ? ImageWarning.Kind.STRAY_BYTES
                                        : name.equals("png-12bits-dark-scaled-significant-bits.png")
                                                ? ImageWarning.Kind.LOW_VALUES // states the full range alone
                                                : ImageWarning.Kind.CODEC));
    }

    @ParameterizedTest
    @CsvSource({
        "tiff-zstd.tif, 'not supported: save with LZW or Deflate'",
        "tiff-lzma.tif, 'not supported: save with LZW or Deflate'",
        "bigtiff-60.tif, 'BigTIFF is not supported'",
        "tiff-float32.tif, 'floating-point'",
        "tiff-int16.tif, 'signed'",
        "tiff-uint32.tif, '32 bits per sample'",
        "tiff-lab.tif, 'in CIELab'",
        "tiff-thumbnail-first.tif, 'reduced copy'",
        "tiff-grey-2-extra.tif, 'in gray with 3 samples'",
        "tiff-bayer.tif, 'color filter'",
        "bmp-rle8-cut.bmp, 'truncated'",
        "bmp-rle4-cut.bmp, 'truncated'",
        "bmp-cut.bmp, 'truncated'",
        "bmp-os2-2-huffman.bmp, 'not supported'",
        "jpeg-cut.jpg, 'truncated'",
        "jpeg-cut-with-end.jpg, 'truncated'",
        "zstd.tif, 'not supported: save with LZW or Deflate'"
    })
    void refusesOdditiesByTheirReason(String name, String reason) throws Exception {
        byte[] bytes = resource("oddities/" + name);

        assertThatThrownBy(() -> decoder.decode(bytes))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void warnsOfStrayBytesInAJpeg() throws Exception {
        assertThat(decoder.decode(resource("oddities/jpeg-stray-before-tables.jpg"))
                        .warnings())
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.kind().id()).isEqualTo("stray-bytes");
                    assertThat(warning.message()).contains("(3)");
                });
    }

    @Test
    void warnsOfDeepImagesThatUseOnlyTheirLowBits() throws Exception {
        DecodedImage decoded = decoder.decode(deepGray(0, 1000, 4095));

        assertThat(decoded.samples()).isEqualTo(new SampleRange(16, 4095, 65535, false));
        assertThat(decoded.warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning.kind()).isEqualTo(ImageWarning.Kind.LOW_VALUES));
        assertThat(decoder.decode(deepGray(0, 8192)).warnings()).isEmpty();
    }

    @Test
    void scalesDeepImagesByTheGivenWhiteLevel() throws Exception {
        DecodedImage decoded = decoder.decode(deepGray(0, 16, 2048, 4095), OptionalInt.of(4095));

        assertThat(decoded.samples()).isEqualTo(new SampleRange(16, 4095, 4095, false));
        assertThat(decoded.warnings()).isEmpty();
        assertThat(IntStream.range(0, 4).map(x -> decoded.image().channel(x, 0, 1)))
                .containsExactly(0, 1, 128, 255);
    }

    @Test
    void clipsAboveTheGivenWhiteLevelWithAWarning() throws Exception {
        DecodedImage decoded = decoder.decode(deepGray(100, 4095, 5000), OptionalInt.of(4095));

        assertThat(decoded.warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning.kind().id()).isEqualTo("above-white-level"));
        assertThat(decoded.image().channel(2, 0, 0)).isEqualTo(255);
    }

    @Test
    void prefersTheDepthThatAFileDeclaresToTheGivenWhiteLevel() throws Exception {
        byte[] twelve = resource("oddities/grey-12bit-packed.tif");
        byte[] declared = resource("oddities/tiff-mono12-max-sample-value.tif");

        for (byte[] bytes : List.of(twelve, declared)) {
            DecodedImage decoded = decoder.decode(bytes, OptionalInt.of(1023));
            assertThat(decoded.samples().whiteLevel()).isEqualTo(4095);
            assertThat(decoded.samples().declared()).isTrue();
            assertThat(decoded.image().rgb())
                    .isEqualTo(decoder.decode(bytes).image().rgb());
        }
    }

    @Test
    void readsAStatementOfTheFullRangeAsNone() throws Exception {
        byte[] fullRange = resource("oddities/tiff-mono12-max-sample-value.tif");
        ByteBuffer file = ByteBuffer.wrap(fullRange).order(ByteOrder.LITTLE_ENDIAN);
        int directory = file.getInt(4);
        for (int i = 0; i < file.getShort(directory); i++) {
            int entry = directory + 2 + 12 * i;
            if (file.getShort(entry) == 281) { // MaxSampleValue, whose default is the full range
                file.putInt(entry + 8, 65535);
            }
        }

        for (byte[] low : List.of(fullRange, resource("oddities/png-12bits-dark-scaled-significant-bits.png"))) {
            assertThat(decoder.decode(low).samples().declared()).isFalse();
            assertThat(decoder.decode(low).warnings())
                    .extracting(ImageWarning::kind)
                    .containsExactly(ImageWarning.Kind.LOW_VALUES);
            assertThat(decoder.decode(low, OptionalInt.of(4095)).samples().whiteLevel())
                    .isEqualTo(4095);
        }
    }

    @Test
    void takesNoMemoryForATiffThatItsBytesCannotUnpackTo() throws Exception {
        byte[] bytes = resource("oddities/tiff-one-row-of-60-megapixels.tif");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        assertThatThrownBy(() -> decoder.decode(bytes)).isInstanceOf(ImageException.Invalid.class);
        assertThatThrownBy(() -> decoder.decodeMask(bytes)).isInstanceOf(ImageException.Invalid.class);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
    }

    @Test
    void warnsOfABitmapThatEndsBeforeItsLastRow() throws Exception {
        byte[] whole = resource("oddities/bmp-rle8.bmp");
        int data = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(10);
        byte[] ended = Arrays.copyOf(whole, data + 2);
        ended[data] = 0;
        ended[data + 1] = 1;

        assertThat(decoder.decode(ended).warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning.message()).startsWith("The BMP ends after 0 of "));
    }

    @Test
    void neverScalesImagesOfEightBits() throws Exception {
        byte[] bytes = resource("grey.png");

        DecodedImage decoded = decoder.decode(bytes, OptionalInt.of(1023));

        assertThat(decoded.image().rgb())
                .isEqualTo(decoder.decode(bytes).image().rgb());
        assertThat(decoded.samples()).isEqualTo(new SampleRange(8, 255, 255, true));
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 65536, -1})
    void refusesAWhiteLevelThatDeepSamplesCannotHave(int level) {
        assertThatThrownBy(() -> decoder.decode(new byte[0], OptionalInt.of(level)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("between 256 and 65535");
    }

    @Test
    void namesTheLimitInMegabytes() {
        ImageDecoder strict = new ImageDecoder(new ImageLimits(2 << 20, 1_000_000));

        assertThatThrownBy(() -> strict.decode(new byte[3 << 20]))
                .hasMessageContaining("3.0 MiB")
                .hasMessageContaining("limit of 2.0 MiB")
                .hasMessageContaining("raise the limit");
    }

    @ParameterizedTest
    @CsvSource({
        "baseline.jpg, JPEG, 24, 16",
        "turned6.jpg, JPEG, 24, 16",
        "grey16.png, PNG, 24, 16",
        "rgb.bmp, BMP, 24, 16",
        "lzw.tif, TIFF, 24, 16",
        "animated.webp, WEBP, 24, 16"
    })
    void readsTheHeaderAsStored(String name, ImageFormat format, int width, int height) throws Exception {
        ImageHeader header = decoder.readHeader(resource(name));
        assertThat(header.format()).isEqualTo(format);
        assertThat(header.width()).isEqualTo(width);
        assertThat(header.height()).isEqualTo(height);
    }

    @Test
    void keepsGrayAsItIsStored() throws Exception {
        BufferedImage gray = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 256; i++) {
            gray.getRaster().setSample(i % 16, i / 16, 0, i);
        }

        RgbImage image = decoder.decode(encoded(gray, "png")).image();

        for (int i = 0; i < 256; i++) {
            assertThat(image.channel(i % 16, i / 16, 0)).isEqualTo(i);
            assertThat(image.channel(i % 16, i / 16, 2)).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "bmp", "tiff"})
    void readsImagesThatJavaWrites(String format) throws Exception {
        BufferedImage picture = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        picture.createGraphics().fillRect(8, 8, 40, 30);

        RgbImage image = decoder.decode(encoded(picture, format)).image();

        assertThat(image.channel(20, 20, 1)).isGreaterThan(250);
        assertThat(image.channel(60, 44, 1)).isLessThan(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "baseline.jpg", "progressive.jpg", "cmyk.jpg", "grey16.png", "palette.png", "animated.png", "rgb.bmp",
                "palette.bmp", "lzw.tif", "deflate16.tif", "jpeg.tif", "lossless.webp", "lossy.webp", "animated.webp"
            })
    void refusesATruncatedImageWhereverItEnds(String name) throws Exception {
        byte[] whole = resource(name);
        byte[] pixels = decoder.decode(whole).image().rgb();
        for (int length = 16; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            try {
                // What was cut may follow the pixels, as a directory of a TIFF does; half of them is never given.
                assertThat(decoder.decode(part).image().rgb())
                        .as("%d bytes", length)
                        .isEqualTo(pixels);
                assertThat(name).endsWith(".tif");
            } catch (ImageException.Invalid e) {
                assertThat(e).hasMessageMatching(".*(truncated|corrupt).*: .*transfer the whole file");
            }
        }
    }

    @Test
    void readsAJpegWithBytesBehindItsEnd() throws Exception {
        byte[] jpeg = resource("baseline.jpg");
        byte[] longer = Arrays.copyOf(jpeg, jpeg.length + 1000);

        assertThat(decoder.decode(longer).image().rgb())
                .isEqualTo(decoder.decode(jpeg).image().rgb());
    }

    @Test
    void refusesAPngWithAWrongBit() throws Exception {
        byte[] png = resource("transparent.png");
        png[png.length / 2] ^= 1;

        assertThatThrownBy(() -> decoder.decode(png)).isInstanceOf(ImageException.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"progressive.jpg", "palette.png", "palette.bmp", "lzw.tif", "jpeg.tif", "lossy.webp"})
    void brokenBytesThrowNothingButAnImageException(String name) throws Exception {
        byte[] whole = resource(name);
        Random random = new Random(5);
        int decoded = 0;
        for (int round = 0; round < 400; round++) {
            byte[] broken = whole.clone();
            for (int i = 0; i <= round % 4; i++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                decoder.decode(broken);
                decoded++;
            } catch (ImageException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(decoded).isLessThan(400);
    }

    @Test
    void refusesAHeaderThatClaimsTooManyPixelsBeforeItsDataIsRead() {
        byte[] png = ByteBuffer.allocate(40)
                .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'})
                .putInt(13)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(60_000)
                .putInt(60_000)
                .put(new byte[] {8, 2, 0, 0, 0})
                .array();

        assertThatThrownBy(() -> decoder.decode(png))
                .isInstanceOf(ImageException.TooLarge.class)
                .hasMessageContaining("60000x60000")
                .hasMessageContaining("64000000");
        assertThatThrownBy(() -> decoder.readHeader(png)).isInstanceOf(ImageException.TooLarge.class);
    }

    /** Far smaller than their pictures, which TwelveMonkeys would refuse as broken. */
    @Test
    void readsImagesOfOneColorFromSmallFiles() throws Exception {
        int side = 4_000;
        assertThat(decoder.readHeader(flatWebp(side)).pixels()).isEqualTo(16_000_000);
        for (byte[] webp : List.of(flatWebp(side), resource("flat.webp"))) {
            byte[] rgb = decoder.decode(webp).image().rgb();
            assertThat(Arrays.copyOf(rgb, 3)).containsExactly(10, 20, 30);
            assertThat(rgb.length).isEqualTo(3 * side * side);
            assertThat(Arrays.mismatch(rgb, 0, rgb.length - 3, rgb, 3, rgb.length))
                    .isEqualTo(-1);
        }
        byte[] white = new byte[3 * side * side];
        Arrays.fill(white, (byte) 0xFF);
        assertThat(Arrays.equals(decoder.decode(whiteFax(side)).image().rgb(), white))
                .isTrue();
    }

    /** A lossless WebP whose five codes have one symbol each, so that its pixels take no bit. */
    private static byte[] flatWebp(int side) {
        BitSet bits = new BitSet();
        int at = 0;
        int[][] fields = {
            {side - 1, 14},
            {side - 1, 14},
            {0, 1},
            {0, 3}, // size, alpha, version
            {0, 3}, // neither transform nor cache nor several codes
            {0b101, 3},
            {20, 8},
            {0b101, 3},
            {10, 8},
            {0b101, 3},
            {30, 8}, // one symbol of 8 bits: green, red, blue
            {0b101, 3},
            {255, 8},
            {0b101, 3},
            {0, 8} // alpha, distance
        };
        for (int[] field : fields) {
            for (int bit = 0; bit < field[1]; bit++) {
                bits.set(at++, (field[0] >> bit & 1) == 1);
            }
        }
        byte[] data = Arrays.copyOf(bits.toByteArray(), 16);
        ByteBuffer webp = ByteBuffer.allocate(20 + 1 + data.length + 1).order(ByteOrder.LITTLE_ENDIAN);
        webp.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(webp.capacity() - 8);
        webp.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII)).putInt(1 + data.length);
        return webp.put((byte) 0x2F).put(data).array();
    }

    /** A TIFF of Group 4 whose rows are all as white as the one before, which is one bit for each. */
    private static byte[] whiteFax(int side) {
        byte[] rows = new byte[side / 8 + 3];
        Arrays.fill(rows, 0, side / 8, (byte) 0xFF);
        rows[side / 8 + 1] = 0x10; // the end of the block: twice eleven zeros and a one
        rows[side / 8 + 2] = 0x01;
        return tiff(rows, new int[][] {{256, side}, {257, side}, {258, 1}, {259, 4}, {262, 0}, {277, 1}, {278, side}});
    }

    /** Returns a TIFF of one strip, which follows its directory. */
    private static byte[] tiff(byte[] strip, int[][] tags) {
        int start = 8 + 2 + (tags.length + 2) * 12 + 4;
        ByteBuffer tiff = ByteBuffer.allocate(start + strip.length).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put("II".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        tiff.putShort((short) (tags.length + 2));
        int[][] all = Arrays.copyOf(tags, tags.length + 2);
        all[tags.length] = new int[] {273, start};
        all[tags.length + 1] = new int[] {279, strip.length};
        Arrays.sort(all, Comparator.comparingInt(tag -> tag[0]));
        for (int[] tag : all) {
            tiff.putShort((short) tag[0]).putShort((short) 4).putInt(1).putInt(tag[1]);
        }
        return tiff.putInt(0).put(strip).array();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16})
    void doesNotReadAColorAsAlphaWhereATiffDeclaresOneThatItLacks(int bits) throws Exception {
        byte[] stored = bits == 8
                ? new byte[] {100, 50, (byte) 200, 10, 20, 30}
                : new byte[] {0, 100, 0, 50, 0, (byte) 200, 0, 10, 0, 20, 0, 30};
        byte[] tiff = tiff(
                stored,
                new int[][] {{256, 2}, {257, 1}, {258, bits}, {259, 1}, {262, 2}, {277, 3}, {278, 1}, {338, 1}});
        assertThat(decoder.decode(tiff).image().rgb()).containsExactly(100, 50, 200, 10, 20, 30);
    }

    @Test
    void takesLittleMemoryForATiffWhoseTagHasMillionsOfValues() throws Exception {
        byte[] strip = new byte[8 << 20];
        byte[] tiff = tiff(
                strip, new int[][] {{256, 1}, {257, 1}, {258, 8}, {259, 1}, {262, 1}, {277, 1}, {278, 1}, {338, 0}});
        ByteBuffer entries = ByteBuffer.wrap(tiff).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < entries.getShort(8); i++) {
            int entry = 10 + 12 * i;
            if (entries.getShort(entry) == 258 || entries.getShort(entry) == 338) {
                boolean bits = entries.getShort(entry) == 258;
                entries.putShort(entry + 2, (short) 1).putInt(entry + 4, strip.length - 1); // bytes
                entries.putInt(entry + 8, tiff.length - strip.length);
                if (bits) {
                    Arrays.fill(tiff, tiff.length - strip.length, tiff.length, (byte) 8);
                }
            }
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        decoder.readHeader(tiff);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }

    /** The codec reads zeros beyond the end, and would read tables of them for minutes. */
    @Test
    @Timeout(60)
    void refusesAWebpThatDeclaresFarMoreThanItHas() {
        byte[] bytes = HexFormat.of()
                .parseHex(
                        "5249464632000000574542505650384c250000002f17d003000000807fec22a2ff0100ffe181ff8f45711408246dfa67"
                                + "def6c704e0a4169b0100");
        assertThatThrownBy(() -> decoder.decode(bytes)).isInstanceOf(ImageException.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseline.jpg", "grey.png", "rgb.bmp", "lzw.tif", "lossless.webp", "lossy.webp"})
    void appliesTheLimitOfPixelsToEveryFormat(String name) throws Exception {
        byte[] bytes = resource(name);

        assertThat(new ImageDecoder(new ImageLimits(1 << 20, 384))
                        .decode(bytes)
                        .image()
                        .width())
                .isEqualTo(24);
        assertThatThrownBy(() -> new ImageDecoder(new ImageLimits(1 << 20, 383)).decode(bytes))
                .isInstanceOf(ImageException.TooLarge.class)
                .hasMessageContaining("24x16");
    }

    @Test
    void appliesTheLimitToTheFrameInsideAWebpWhateverItsCanvasClaims() throws Exception {
        byte[] webp = resource("turned8.webp");
        int canvas = new String(webp, StandardCharsets.ISO_8859_1).indexOf("VP8X") + 12;
        webp[canvas] = 0; // one pixel wide
        webp[canvas + 3] = 0; // and high

        assertThatThrownBy(() -> new ImageDecoder(new ImageLimits(1 << 20, 10)).decode(webp))
                .isInstanceOf(ImageException.TooLarge.class);
        assertThatThrownBy(() -> decoder.decode(webp)).isInstanceOf(ImageException.Invalid.class);
    }

    @Test
    void refusesAPictureInsideABmp() throws Exception {
        ByteBuffer bmp = ByteBuffer.wrap(resource("rgb.bmp")).order(ByteOrder.LITTLE_ENDIAN);
        bmp.putInt(30, 5); // a PNG inside, of a size that this header does not state

        assertThatThrownBy(() -> decoder.decode(bmp.array())).isInstanceOf(ImageException.Unsupported.class);
    }

    @Test
    void refusesMoreBytesThanAllowed() throws Exception {
        byte[] bytes = resource("grey.png");

        assertThatThrownBy(() -> new ImageDecoder(new ImageLimits(bytes.length - 1, 1000)).decode(bytes))
                .isInstanceOf(ImageException.TooLarge.class)
                .hasMessageContaining(bytes.length + " bytes");
    }

    @Test
    void refusesAJpegOfThousandsOfScans() throws Exception {
        byte[] jpeg = resource("progressive.jpg");
        String text = new String(jpeg, StandardCharsets.ISO_8859_1);
        int lastScan = text.lastIndexOf("\u00FF\u00DA");
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        many.write(jpeg, 0, lastScan);
        for (int i = 0; i < 1000; i++) {
            many.write(jpeg, lastScan, jpeg.length - 2 - lastScan);
        }
        many.write(jpeg, jpeg.length - 2, 2);

        assertThatThrownBy(() -> decoder.decode(many.toByteArray()))
                .isInstanceOf(ImageException.Invalid.class)
                .hasMessageContaining("100 scans");
    }

    @Test
    void refusesATiffWhoseStripsShareTheirBytes() {
        int length = 8 + 2 + 9 * 12 + 4 + 2 * 8;
        int values = length - 16;
        ByteBuffer tiff = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put("II".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        tiff.putShort((short) 9);
        int[][] tags = {
            {256, 1, 2},
            {257, 1, 2},
            {258, 1, 8},
            {259, 1, 1},
            {262, 1, 1}, // 2x2, 8 bits, uncompressed, gray
            {273, 2, values},
            {277, 1, 1},
            {278, 1, 1},
            {279, 2, values + 8} // two strips of one row
        };
        for (int[] tag : tags) {
            tiff.putShort((short) tag[0]).putShort((short) 4).putInt(tag[1]).putInt(tag[2]);
        }
        tiff.putInt(0).putInt(0).putInt(0).putInt(length).putInt(length); // each strip is the whole file

        assertThatThrownBy(() -> decoder.decode(tiff.array()))
                .isInstanceOf(ImageException.Invalid.class)
                .hasMessageContaining("longer than the file");
    }

    @Test
    void namesTheFormatsWhereTheBytesAreNotAnImage() {
        byte[] text = "this is a text file, whatever its name says".getBytes(StandardCharsets.US_ASCII);
        byte[] gif = "GIF89a\1\0\1\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

        for (byte[] bytes : List.of(text, gif, new byte[1000])) {
            assertThatThrownBy(() -> decoder.decode(bytes))
                    .isInstanceOf(ImageException.Unsupported.class)
                    .hasMessageContaining("JPEG, PNG, BMP, TIFF or WebP");
        }
    }

    @Test
    void refusesNoBytes() {
        assertThatThrownBy(() -> decoder.decode(new byte[0]))
                .isInstanceOf(ImageException.Invalid.class)
                .hasMessageContaining("empty");
    }

    @Test
    void decodesTheSameInSeveralThreads() throws Exception {
        byte[] webp = resource("lossy.webp");
        byte[] jpeg = resource("progressive.jpg");
        byte[] webpPixels = decoder.decode(webp).image().rgb();
        byte[] jpegPixels = decoder.decode(jpeg).image().rgb();

        boolean same = IntStream.range(0, 200).parallel().allMatch(i -> {
            try {
                return i % 2 == 0
                        ? Arrays.equals(decoder.decode(webp).image().rgb(), webpPixels)
                        : Arrays.equals(decoder.decode(jpeg).image().rgb(), jpegPixels);
            } catch (ImageException e) {
                return false;
            }
        });

        assertThat(same).isTrue();
    }

    private static byte[] deepGray(int... row) throws IOException {
        BufferedImage image = new BufferedImage(row.length, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setPixels(0, 0, row.length, 1, row);
        return encoded(image, "png");
    }

    private static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes))
                .as("a writer of %s", format)
                .isTrue();
        return bytes.toByteArray();
    }

    private static byte[] rgb(BufferedImage image) {
        int[] pixels = image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
        byte[] rgb = new byte[pixels.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) pixels[i];
        }
        return rgb;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = ImageDecoderTests.class.getResourceAsStream(name)) {
            assertThat(stream).as(name).isNotNull();
            return stream.readAllBytes();
        }
    }
}
