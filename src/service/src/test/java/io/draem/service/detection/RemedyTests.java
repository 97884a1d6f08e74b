package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.service.queue.TestContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RemedyTests {

    @Test
    void theRemedyForATooLargeImageNamesPicturesOnlyWhereSomeWereRequested() {
        assertThat(remedy(Set.of(Include.POLYGON), null)).isEqualTo("send a smaller image");
        assertThat(remedy(Set.of(Include.OVERLAY), null))
                .isEqualTo("send a smaller image, or ask for fewer or smaller pictures");
        assertThat(remedy(Set.of(Include.OVERLAY), 100)).isEqualTo("send a smaller image, or ask for fewer pictures");
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> new PixelBudget(100).take(16 * 100, remedy(Set.of(), null), new TestContext()))
                .withMessageEndingWith("(draem.memory.budget): send a smaller image");
    }

    private static String remedy(Set<Include> include, @Nullable Integer maxPictureSide) {
        return new DetectionRequest(
                        new byte[0], null, null, null, null, null, null, maxPictureSide, include, new TestContext())
                .remedy();
    }
}
