package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The masks were written by Pillow, and {@code .expected.png} has the pixels that NumPy finds to be a defect. */
class ImageMaskTests {

    private static final String EXPECTED = ".expected.png";

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);

    static Stream<String> masks() throws Exception {
        Path folder = Path.of(Objects.requireNonNull(ImageMaskTests.class.getResource("masks"))
                .toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(EXPECTED))
                    .map(name -> name.substring(0, name.length() - EXPECTED.length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("masks")
    void findsThePixelsOfTheDefect(String name) throws Exception {
        ImageMask mask = decoder.decodeMask(resource(name));
        RgbImage expected = decoder.decode(resource(name + EXPECTED)).image();

        assertThat(mask.width()).isEqualTo(expected.width());
        assertThat(mask.height()).isEqualTo(expected.height());
        boolean[] found = mask.resized(mask.width(), mask.height());
        int wrong = 0;
        for (int i = 0; i < found.length; i++) {
            wrong += found[i] == (expected.rgb()[3 * i] != 0) ? 0 : 1;
        }
        assertThat(wrong).as("wrong pixels").isZero();
        assertThat(mask.anomalousPixels()).isBetween(1L, found.length / 2L);
        assertThat(mask.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty.png", "label-lost.jpg", "deep-white-is-zero-empty.tif"})
    void findsNoDefectWhereThereIsNoneOrCompressionRemovedTheLabels(String name) throws Exception {
        ImageMask mask = decoder.decodeMask(resource(name));
        assertThat(mask.anomalousPixels()).isZero();
        assertThat(mask.resized(32, 32)).containsOnly(false);
    }

    @Test
    void warnsOfMasksThatLookWrong() throws Exception {
        assertThat(decoder.decodeMask(resource("full.png")).warnings())
                .singleElement()
                .asString()
                .startsWith("marks every pixel as a defect");
        assertThat(decoder.decodeMask(resource("inverted.png")).warnings())
                .singleElement()
                .asString()
                .startsWith("looks inverted");
        ImageMask withoutZero = decoder.decodeMask(resource("one-and-two.png"));
        assertThat(withoutZero.warnings())
                .singleElement()
                .asString()
                .startsWith("has the values 1 and 2 and no 0: the lower one is its background");
        assertThat(withoutZero.resized(64, 48))
                .isEqualTo(decoder.decodeMask(resource("two-1.png")).resized(64, 48));
    }

    @Test
    void warnsOfGrayMasksOfWhichMostIsDarkerThanHalf() {
        byte[] rgb = new byte[100 * 3];
        for (int i = 20; i < 90; i++) {
            rgb[3 * i] = (byte) (43 + i);
        }
        rgb[3 * 95] = (byte) 255;
        ImageMask mask = ImageMask.of(new RgbImage(10, 10, rgb));
        assertThat(mask.warnings())
                .singleElement()
                .asString()
                .startsWith(
                        "has 72 values and is read as gray: the 6 pixels above 127 are a defect, and the 65 darker ones are not");
    }

    @Test
    void warnsOfFewValuesThatMayBeLabelsAndAreReadAsGray() {
        byte[] rgb = new byte[100 * 3];
        for (int x = 0; x < 10; x++) { // thin labels side by side look like an antialiased edge
            rgb[3 * (30 + x)] = 60;
            rgb[3 * (40 + x)] = 120;
            rgb[3 * (50 + x)] = (byte) 255;
        }
        ImageMask mask = ImageMask.of(new RgbImage(10, 10, rgb));
        assertThat(mask.anomalousPixels()).isEqualTo(10);
        assertThat(mask.warnings()).singleElement().asString().startsWith("has 4 values and is read as gray");
    }

    @Test
    void aThinDefectDoesNotVanishAtAnotherSize() {
        byte[] rgb = new byte[100 * 100 * 3];
        for (int y = 0; y < 100; y++) {
            rgb[3 * (100 * y + 51)] = (byte) 255;
        }
        ImageMask mask = ImageMask.of(new RgbImage(100, 100, rgb));
        boolean[] small = mask.resized(10, 10); // nearest neighbor takes the columns 0, 10, 20...
        for (int i = 0; i < small.length; i++) {
            assertThat(small[i]).isEqualTo(i % 10 == 5);
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ImageMaskTests.class.getResourceAsStream("masks/" + name), name)) {
            return in.readAllBytes();
        }
    }
}
