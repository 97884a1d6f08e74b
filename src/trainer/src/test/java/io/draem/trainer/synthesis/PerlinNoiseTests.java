package io.draem.trainer.synthesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PerlinNoiseTests {

    @Test
    void isZeroAtEveryVertexOfTheGrid() {
        float[] noise = PerlinNoise.noise(new SplittableRandom(1), 64, 32, 4, 8);
        for (int y = 0; y < 64; y += 16) {
            for (int x = 0; x < 32; x += 4) {
                assertThat(noise[y * 32 + x]).isCloseTo(0, within(1e-6f));
            }
        }
    }

    @Test
    void isALinearRampWhereAllGradientsPointTheSameWay() {
        float[] down = new float[4]; // one cell, four gradients of angle 0
        float[] noise = PerlinNoise.noise(down, 8, 8, 1, 1);
        for (int y = 0; y < 8; y++) {
            float t = y / 8f;
            float fade = t * t * t * (t * (t * 6 - 15) + 10);
            assertThat(noise[y * 8 + 5]).isCloseTo((float) (Math.sqrt(2) * (t - fade)), within(1e-6f));
        }
    }

    @Test
    void refusesCellsThatDoNotDivideThePaddedSize() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PerlinNoise.noise(new SplittableRandom(1), 64, 64, 3, 4))
                .withMessageContaining("height")
                .withMessageContaining("got 3 for 64");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PerlinNoise.noise(new SplittableRandom(1), 64, 48, 4, 128))
                .withMessageContaining("width");
    }

    @Test
    void refusesAnglesOfAnotherGrid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PerlinNoise.noise(new float[9], 64, 64, 4, 2))
                .withMessageContaining("needs 15 angles, got 9");
    }
}
