package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenedImageTests {

    private static final OptionalInt NO_WHITE_LEVEL = OptionalInt.empty();

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "baseline.jpg",
                "progressive.jpg",
                "grey16.png",
                "palette.png",
                "rgb.bmp",
                "lzw.tif",
                "lossless.webp",
                "lossy.webp",
                "turned8.webp"
            })
    void decodesAgainAndAgainWithoutReadingTheHeaderAgain(String file) throws Exception {
        byte[] bytes = resource(file);
        ImageHeader header = decoder.readHeader(bytes);
        DecodedImage decoded = decoder.decode(bytes);
        float[] tensor = ImageTensor.of(decoded.image(), 16, 24);

        OpenedImage opened = decoder.open(bytes);
        Arrays.fill(bytes, 0, 4, (byte) 0);
        assertThatExceptionOfType(ImageException.Unsupported.class).isThrownBy(() -> decoder.open(bytes));

        assertThat(opened.header()).isEqualTo(header);
        for (int i = 0; i < 2; i++) {
            DecodedImage again = opened.decode(NO_WHITE_LEVEL);
            assertThat(again.image().rgb()).isEqualTo(decoded.image().rgb());
            assertThat(again.samples()).isEqualTo(decoded.samples());
            assertThat(again.warnings()).isEqualTo(decoded.warnings());
            ResizedImage resized = opened.decodeResized(NO_WHITE_LEVEL, 16, 24);
            assertThat(resized.width()).isEqualTo(header.uprightWidth());
            assertThat(resized.height()).isEqualTo(header.uprightHeight());
            assertThat(resized.tensor()).isEqualTo(tensor);
        }
    }

    @Test
    void usesTheWhiteLevelOfEachDecoding() throws Exception {
        byte[] bytes = resource("grey16.png");
        OpenedImage opened = decoder.open(bytes);
        for (OptionalInt level : new OptionalInt[] {OptionalInt.of(4095), NO_WHITE_LEVEL, OptionalInt.of(1023)}) {
            DecodedImage expected = decoder.decode(bytes, level);
            assertThat(opened.decode(level).image().rgb())
                    .isEqualTo(expected.image().rgb());
            assertThat(opened.decode(level).samples()).isEqualTo(expected.samples());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseline.jpg", "grey16.png", "rgb.bmp", "lzw.tif", "lossy.webp"})
    void refusesATruncatedImageWhenItIsOpened(String file) throws Exception {
        byte[] bytes = resource(file);
        assertThatExceptionOfType(ImageException.Invalid.class)
                .isThrownBy(() -> decoder.open(Arrays.copyOf(bytes, bytes.length / 2)))
                .withMessageContaining("truncated");
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 65536})
    void refusesAWhiteLevelThatNoImageOf16BitsCanHave(int level) throws Exception {
        OpenedImage opened = decoder.open(resource("grey16.png"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> opened.decode(OptionalInt.of(level)))
                .withMessageContaining("between 256 and 65535");
        assertThatIllegalArgumentException().isThrownBy(() -> opened.decodeResized(OptionalInt.of(level), 16, 24));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(OpenedImageTests.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }
}
