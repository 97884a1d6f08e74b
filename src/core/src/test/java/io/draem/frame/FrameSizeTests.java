package io.draem.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class FrameSizeTests {

    @Test
    void readsASideOrWidthAndHeight() {
        assertThat(FrameSize.parse("--image-size", "256")).isEqualTo(FrameSize.square(256));
        assertThat(FrameSize.parse("--image-size", "160,416")).isEqualTo(new FrameSize(160, 416));
        assertThat(FrameSize.parse("--image-size", " 160x416 ")).hasToString("160x416");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "12x", "x12", "1.5", "40000x40000", "1x2x3", "9999999999"})
    void namesTheOptionOfASizeThatIsNone(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrameSize.parse("--image-size", text))
                .withMessageContaining("--image-size");
    }

    @Test
    void anImageMayBeOneLongRow() {
        assertThat(new FrameSize(1_000_000, 1).pixels()).isEqualTo(1_000_000);
    }

    @Test
    void aSquareIsOneNumberInJson() {
        JsonMapper json = JsonMapper.shared();
        assertThat(json.writeValueAsString(FrameSize.square(128))).isEqualTo("128");
        assertThat(json.writeValueAsString(new FrameSize(160, 416))).isEqualTo("\"160x416\"");
        assertThat(json.readValue("128", FrameSize.class)).isEqualTo(FrameSize.square(128));
        assertThat(json.readValue("\"160x416\"", FrameSize.class)).isEqualTo(new FrameSize(160, 416));
    }

    @Test
    void aFactorScalesEachSideAndRoundsIt() {
        FrameScale half = FrameScale.parse("0.5");
        assertThat(half.of(4096, 3001)).isEqualTo(new FrameSize(2048, 1501));
        assertThat(half.of(1, 1)).isEqualTo(FrameSize.square(1));
        assertThat(FrameScale.parse(half.toString())).isEqualTo(half);
        assertThat(FrameScale.ONE.of(500, 1255)).isEqualTo(new FrameSize(500, 1255));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrameScale.parse("4").of(60_000, 60_000));
    }

    @Test
    void aFixedSizeIsThatOfEveryFrame() {
        FrameScale fixed = FrameScale.parse("2048x1500");
        assertThat(fixed.of(17, 4000)).isEqualTo(new FrameSize(2048, 1500));
        assertThat(FrameScale.parse(fixed.toString())).isEqualTo(fixed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "4.01",
                "NaN",
                "half",
                "0x5",
                "Infinity",
                "1d",
                "1f",
                "0x1p0",
                "1e-300",
                "1e0",
                "0.0009",
                "1.",
                "+1",
                " 1",
                "1,5",
                "2048x",
                "2048x1500x3"
            })
    void refusesAScaleThatIsNone(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrameScale.parse(text))
                .withMessageStartingWith("A scale");
    }

    @Test
    void theSmallestScaleIsReadAsItIsWritten() {
        FrameScale smallest = new FrameScale(FrameScale.MIN_FACTOR, null);
        assertThat(FrameScale.parse(smallest.toString())).isEqualTo(smallest);
    }
}
