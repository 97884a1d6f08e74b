package io.draem.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AxisTests {

    @Test
    void axesAreLabeledWithAHandfulOfRoundValues() {
        assertThat(Axis.linear(0, 1, 0, 100).ticks()).containsExactly(0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0);
        assertThat(Axis.linear(0, 7, 0, 100).ticks()).hasSizeBetween(3, 8).contains(2.0);
        assertThat(Axis.linear(0, 184_000, 0, 100).ticks()).hasSizeBetween(3, 8);
        assertThat(Axis.linear(3, 3, 0, 100).at(3)).as("a single value").isEqualTo(50);
        assertThat(Axis.logarithmic(0.003, 0.9, 0, 100).ticks())
                .hasSizeBetween(2, 6)
                .contains(0.01, 0.1);
    }
}
