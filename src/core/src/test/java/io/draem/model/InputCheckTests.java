package io.draem.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import io.draem.model.ImageProfile.Spread;
import io.draem.model.InputCheck.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputCheckTests {

    /** Of photographs of a cookie. */
    private static final ImageProfile COOKIE = profile(31);

    private static final ImageMeasures GOOD = new ImageMeasures(0.50, 0.21, 0.10, 0.17, 0.16, 0.02);

    private static ImageProfile profile(int images) {
        return new ImageProfile(
                images,
                Map.of(
                        ImageMeasure.BRIGHTNESS, new Spread(0.495, 0.0305),
                        ImageMeasure.CONTRAST, new Spread(0.204, 0.0077),
                        ImageMeasure.SHARPNESS, new Spread(0.110, 0.0063),
                        ImageMeasure.SATURATION, new Spread(0.191, 0.0153),
                        ImageMeasure.WARMTH, new Spread(0.188, 0.0208),
                        ImageMeasure.TINT, new Spread(0.020, 0.0023)));
    }

    @Test
    void anImageLikeTheTrainingImagesIsUsual() {
        assertThat(InputCheck.of(COOKIE, GOOD).usual()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0.149, 0.063, 0.030, 0.055, 0.054, 0.006, too-dark low-contrast unusual-color unusual-color",
        "0.880, 0.150, 0.095, 0.060, 0.060, 0.020, too-bright unusual-color",
        "0,     0,     0,     0,     0,     0,     too-dark uniform unusual-color unusual-color",
        "0.5,   0,     0,     0.19,  0.19,  0.02,  uniform",
        "0.495, 0.195, 0.008, 0.19,  0.19,  0.02,  blurred",
        "0.495, 0.06,  0.05,  0.19,  0.19,  0.02,  low-contrast",
        "0.495, 0.21,  0.11,  0.19,  0.19,  0.16,  unusual-color"
    })
    void namesWhatIsUnusual(
            double brightness,
            double contrast,
            double sharpness,
            double saturation,
            double warmth,
            double tint,
            String ids) {
        InputCheck check =
                InputCheck.of(COOKIE, new ImageMeasures(brightness, contrast, sharpness, saturation, warmth, tint));
        assertThat(check.reasons().stream().map(reason -> reason.kind().id())).containsExactly(ids.split(" "));
        assertThat(check.reasons()).allSatisfy(reason -> {
            assertThat(reason.min()).isLessThan(reason.max());
            assertThat(reason.value() < reason.min() || reason.value() > reason.max())
                    .isTrue();
        });
    }

    @Test
    void aDefectOnAPlainSurfaceIsNotUnusualForItsContrast() {
        ImageMeasures plain = new ImageMeasures(0.6, 0.02, 0.01, 0, 0, 0);
        ImageProfile profile = ImageProfile.of(List.of(plain, plain, plain, plain, plain));
        assertThat(InputCheck.of(profile, new ImageMeasures(0.55, 0.18, 0.09, 0, 0, 0))
                        .usual())
                .isTrue();
    }

    @Test
    void uniformTrainingImagesLeaveAMargin() {
        ImageMeasures one = new ImageMeasures(0.5, 0.2, 0.1, 0, 0, 0);
        ImageProfile equal = ImageProfile.of(List.of(one, one, one, one));
        assertThat(InputCheck.of(equal, new ImageMeasures(0.6, 0.15, 0.06, 0.05, 0.05, 0.05))
                        .usual())
                .isTrue();
        ImageMeasures farther = new ImageMeasures(0.7, 0.15, 0.03, 0, 0, 0);
        assertThat(InputCheck.of(equal, farther).reasons())
                .extracting(InputCheck.Reason::kind)
                .containsExactly(Kind.TOO_BRIGHT, Kind.BLURRED);
        assertThat(InputCheck.of(ImageProfile.of(List.of(one)), farther).usual())
                .as("a single image says less than several")
                .isTrue();
    }

    @Test
    void fewTrainingImagesWidenTheRange() {
        ImageMeasures brighter = new ImageMeasures(0.75, 0.2, 0.11, 0.19, 0.19, 0.02);
        assertThat(InputCheck.of(profile(100), brighter).usual()).isFalse();
        assertThat(InputCheck.of(profile(5), brighter).usual()).isTrue();
    }

    @Test
    void trainingImagesThatAreNearlyUniformThemselvesAreUsual() {
        ImageMeasures paper = new ImageMeasures(0.9, 0.004, 0.003, 0, 0, 0);
        ImageProfile profile = ImageProfile.of(List.of(paper, paper, paper, paper));
        assertThat(InputCheck.of(profile, paper).usual()).isTrue();
        assertThat(InputCheck.of(profile, new ImageMeasures(0.9, 0, 0, 0, 0, 0)).reasons())
                .extracting(InputCheck.Reason::kind)
                .containsExactly(Kind.UNIFORM);
    }

    @Test
    void withoutAProfileOnlyUniformImagesAreUnusual() {
        assertThat(InputCheck.of(null, new ImageMeasures(0.01, 0.02, 0, 0, 0, 0))
                        .usual())
                .isTrue();
        assertThat(InputCheck.of(null, new ImageMeasures(0.5, 0.001, 0, 0, 0, 0))
                        .reasons())
                .extracting(InputCheck.Reason::toString)
                .containsExactly("uniform (contrast 0.001, usual 0.005 to 0.500)");
    }
}
