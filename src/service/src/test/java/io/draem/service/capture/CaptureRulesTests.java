package io.draem.service.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class CaptureRulesTests {

    private static final Set<CaptureReason> BOTH = EnumSet.of(CaptureReason.ANOMALOUS, CaptureReason.RANDOM);

    private final CaptureRules rules = new CaptureRules(new CaptureProperties(
            Path.of("captured"), null, BOTH, 0.1, 1, List.of(), DataSize.ofGigabytes(1), 100, Duration.ofDays(1)));

    @Test
    void aReasonThatHasTakenItsImagesOfAMinuteIsNotNamedByAnother() {
        for (int i = 0; i < 60; i++) {
            assertThat(rules.take("cookie", EnumSet.of(CaptureReason.RANDOM), i))
                    .containsExactly(CaptureReason.RANDOM);
        }
        assertThat(rules.take("cookie", EnumSet.of(CaptureReason.RANDOM), 60)).isEmpty();
        // Else the random share would have too many anomalous images.
        assertThat(rules.take("cookie", BOTH, 61)).containsExactly(CaptureReason.ANOMALOUS);
        assertThat(rules.take("screw", BOTH, 62)).isEqualTo(BOTH);
        assertThat(rules.take("cookie", BOTH, TimeUnit.MINUTES.toNanos(1))).isEqualTo(BOTH);
    }
}
