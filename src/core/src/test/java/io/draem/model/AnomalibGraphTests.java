package io.draem.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Set;
import org.junit.jupiter.api.Test;

class AnomalibGraphTests {

    private static final Set<String> INPUT = Set.of("input");
    private static final Set<String> OUTPUTS = Set.of("pred_score", "pred_label", "anomaly_map", "pred_mask");

    @Test
    void isRecognizedByItsOutputsAndByMetadataWithoutKeysOfThisProject() {
        assertThat(AnomalibGraph.matches(INPUT, OUTPUTS, Set.of("author"))).isTrue();
        assertThat(AnomalibGraph.matches(INPUT, OUTPUTS, Set.of("draem.model"))).isFalse();
        assertThat(AnomalibGraph.matches(Set.of("image"), OUTPUTS, Set.of())).isFalse();
        assertThat(AnomalibGraph.matches(INPUT, Set.of("pred_score", "anomaly_map"), Set.of()))
                .isFalse();
        assertThat(AnomalibGraph.isBefore2(INPUT, Set.of("output"), Set.of())).isTrue();
        assertThat(AnomalibGraph.isBefore2(INPUT, OUTPUTS, Set.of())).isFalse();
    }

    @Test
    void takesTheSizeOfTheMapWhereTheInputHasAnySize() throws Exception {
        ModelCard card = AnomalibGraph.card(new long[] {-1, 3, -1, -1}, new long[] {-1}, new long[] {-1, 1, 64, 96});
        assertThat(card.height()).isEqualTo(64);
        assertThat(card.width()).isEqualTo(96);
        assertThat(card.calibration().imageThreshold()).isEqualTo(0.5);
        assertThat(card.training().get("exportedBy").asString()).isEqualTo("anomalib");
    }

    @Test
    void refusesAGraphThatNamesNoSizeAtAll() {
        assertThatExceptionOfType(ModelCardException.class)
                .isThrownBy(
                        () -> AnomalibGraph.card(new long[] {1, 3, -1, -1}, new long[] {1}, new long[] {1, 1, -1, -1}))
                .withMessageContaining("export it with input_size");
    }
}
