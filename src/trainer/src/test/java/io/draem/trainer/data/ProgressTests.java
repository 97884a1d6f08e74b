package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTests {

    private final List<String> lines = new ArrayList<>();
    private Duration now = Duration.ofDays(-1); // nanoTime may be negative
    private final Progress progress = new Progress(lines::add, () -> now.toNanos());

    @Test
    void saysNothingOfWorkThatIsDoneWithinSeconds() {
        Progress.Work work = progress.begin("Reading %d images", 20_000);
        for (int i = 0; i < 20_000; i++) {
            now = now.plus(Duration.ofNanos(240_000));
            work.done();
        }
        assertThat(lines).isEmpty();
    }

    @Test
    void saysEveryFewSecondsHowFarLongWorkIsAndHowLongItTook() {
        Progress.Work work = progress.begin("Reading %d images", 30);
        for (int i = 0; i < 30; i++) {
            now = now.plus(Duration.ofMillis(400));
            work.done();
        }
        assertThat(lines)
                .containsExactly(
                        "Reading 30 images: 13 (43 %), 2.5 images/s",
                        "Reading 30 images: 26 (86 %), 2.5 images/s",
                        "Reading 30 images: 30 (100 %), 2.5 images/s, 12 s in all");
    }

    @Test
    void saysAfterEachSlowImageHowFarItIs() {
        Progress.Work work = progress.begin("Checking %d masks", 2);
        now = now.plus(Duration.ofSeconds(20));
        work.done();
        now = now.plus(Duration.ofSeconds(20));
        work.done();
        assertThat(lines)
                .containsExactly(
                        "Checking 2 masks: 1 (50 %), 20 s per image",
                        "Checking 2 masks: 2 (100 %), 20 s per image, 40 s in all");
    }

    @Test
    void saysHowLongTheRestOfLongWorkWillTake() {
        Progress.Work work = progress.begin("Calibrating on %d images", 51);
        now = now.plus(Duration.ofSeconds(80));
        work.done();
        now = now.plus(Duration.ofSeconds(80));
        work.done();
        assertThat(lines)
                .containsExactly(
                        "Calibrating on 51 images: 1 (1 %), 80 s per image, 1:06:40 left",
                        "Calibrating on 51 images: 2 (3 %), 80 s per image, 1:05:20 left");
    }

    @Test
    void countsEachWorkByItself() {
        progress.begin("Reading %d images", 4).done();
        now = now.plus(Duration.ofSeconds(6));
        progress.begin("Measuring %d images", 4).done();
        assertThat(lines).isEmpty();
    }
}
