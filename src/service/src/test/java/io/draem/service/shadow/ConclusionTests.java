package io.draem.service.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConclusionTests {

    /**
     * Of 200 images, 9 are the fewest whose share is certainly above 2 %; that 6 differences have one direction, chance does
     * not explain.
     */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, undecided",
        "0, 0, 182, undecided",
        "0, 0, 183, same",
        "1, 0, 200, undecided",
        "5, 0, 200, undecided",
        "4, 4, 200, undecided",
        "6, 0, 200, fewer-anomalous",
        "0, 9, 200, more-anomalous",
        "5, 4, 200, different",
        "5, 0, 10, different",
        "6, 0, 10, fewer-anomalous",
        "60, 50, 100000, same",
        "10, 100, 100000, more-anomalous",
        "10, 0, 2000, fewer-anomalous"
    })
    void isWhatTheIntervalsShow(int served, int candidate, int compared, String conclusion) {
        assertThat(ComparisonSummary.Conclusion.of(served, candidate, compared).id())
                .isEqualTo(conclusion);
    }
}
