package io.draem.service.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import org.junit.jupiter.api.Test;

class RunningMeansTests {

    private final RunningMeans means = new RunningMeans();

    @Test
    void thereIsNoMeanBeforeTheFirstImage() {
        assertThat(means.mean(ImageMeasure.BRIGHTNESS)).isNaN();
    }

    @Test
    void theFirstImagesCountAlike() {
        add(0.2, 1);
        add(0.4, 1);
        add(0.9, 1);
        assertThat(means.mean(ImageMeasure.BRIGHTNESS)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void afterwardsTheLatestHundredOutweighAllThatWentBefore() {
        add(0.2, 10_000);
        add(0.8, 100);
        assertThat(means.mean(ImageMeasure.BRIGHTNESS))
                .isCloseTo(0.2 + 0.6 * (1 - Math.pow(0.98, 100)), within(1e-9))
                .isGreaterThan(0.7);
    }

    private void add(double brightness, int times) {
        for (int i = 0; i < times; i++) {
            means.add(new ImageMeasures(brightness, 0.2, 0.1, 0.1, 0, 0));
        }
    }
}
