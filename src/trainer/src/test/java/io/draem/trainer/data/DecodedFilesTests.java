package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.draem.image.ImageWarning;
import io.draem.image.SampleRange;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodedFilesTests {

    private static final SampleRange EIGHT_BITS = new SampleRange(8, 255, 255, true);

    @ParameterizedTest
    @CsvSource({"4095, 4095", "2049, 4095", "2047, 2047", "16383, 16383", "200, 256", "300, 511"})
    void theLevelIsTheLargestValueRoundedUp(int largest, int level) {
        DecodedFiles files = files(deep(largest), deep(100), EIGHT_BITS);
        assertThat(files.whiteLevel(WhiteLevel.AUTO)).hasValue(level);
    }

    @Test
    void aDeclaredLevelCountsWhateverTheValues() {
        assertThat(files(new SampleRange(16, 900, 4095, true)).whiteLevel(WhiteLevel.AUTO))
                .hasValue(4095);
    }

    @Test
    void theFullRangeAndOtherDepthsNeedNoLevel() {
        assertThat(files(deep(40_000), deep(300)).whiteLevel(WhiteLevel.AUTO)).isEmpty();
        assertThat(files(EIGHT_BITS, new SampleRange(12, 4000, 4095, true)).whiteLevel(WhiteLevel.AUTO))
                .isEmpty();
    }

    @Test
    void aGivenLevelGoesBeforeTheImages() {
        assertThat(files(deep(3000)).whiteLevel(WhiteLevel.parse("16383"))).hasValue(16383);
        assertThat(files(deep(3000)).whiteLevel(WhiteLevel.parse("65535"))).isEmpty();
        assertThat(files(deep(3000)).whiteLevel(WhiteLevel.of(OptionalInt.empty())))
                .isEmpty();
    }

    @Test
    void theNotesNameLevelAndMixedDepths() {
        assertThat(files(deep(3000), EIGHT_BITS).notes(WhiteLevel.AUTO))
                .containsExactly(
                        "white level of 16-bit images: 4095, found from the images (--white-level auto); the largest"
                                + " value is 3000",
                        "warning: the images differ in depth, which may be another camera or conversion: 1 of 16 bits,"
                                + " such as 0.png; 1 of 8 bits, such as 1.png");
        assertThat(files(EIGHT_BITS).notes(WhiteLevel.AUTO)).isEmpty();
    }

    @Test
    void valuesAboveTheLevelOfAModelAreNamed() {
        assertThat(files(deep(3000), deep(5000)).notes(WhiteLevel.parse("4095")))
                .last()
                .asString()
                .startsWith("warning: above-white-level in 1 of 2 images, such as 1.png: values up to 5000");
    }

    @Test
    void warningsAreSummedUpWithAnExample() {
        Map<Path, SampleRange> samples = new LinkedHashMap<>();
        Map<Path, List<ImageWarning>> warnings = new LinkedHashMap<>();
        for (String name : List.of("b.jpg", "a.jpg")) {
            samples.put(Path.of(name), EIGHT_BITS);
            warnings.put(Path.of(name), List.of(new ImageWarning(ImageWarning.Kind.STRAY_BYTES, "skipped 3 bytes")));
        }
        assertThat(new DecodedFiles(samples, warnings).notes(WhiteLevel.AUTO))
                .containsExactly("warning: stray-bytes in 2 of 2 images, such as a.jpg: skipped 3 bytes");
    }

    @Test
    void lowValuesAreAWarningOnlyWithoutALevel() {
        DecodedFiles files = new DecodedFiles(
                Map.of(Path.of("a.png"), deep(3000)),
                Map.of(Path.of("a.png"), List.of(new ImageWarning(ImageWarning.Kind.LOW_VALUES, "low"))));
        assertThat(files.notes(WhiteLevel.AUTO)).noneMatch(note -> note.contains("low-values"));
        assertThat(files.notes(WhiteLevel.of(OptionalInt.empty()))).anyMatch(note -> note.contains("low-values"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"255", "65536", "-1", "12 bit", "", "AUTO"})
    void refusesWhatIsNoLevel(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WhiteLevel.parse(text))
                .withMessageContaining("--white-level");
    }

    private static SampleRange deep(int largest) {
        return new SampleRange(16, largest, 65535, false);
    }

    private static DecodedFiles files(SampleRange... ranges) {
        Map<Path, SampleRange> samples = new LinkedHashMap<>();
        for (int i = 0; i < ranges.length; i++) {
            samples.put(Path.of(i + ".png"), ranges[i]);
        }
        return new DecodedFiles(samples, Map.of());
    }
}
