package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ImageScoreTests {

    private static final int SIDE = 32;

    @Test
    void theMaximumIsTheLargestValueOfTheMap() {
        assertThat(score(ImageScore.MAXIMUM, 16, 16, 1)).isEqualTo(1);
    }

    @Test
    void averagedASinglePixelCountsForItsShareOfTheSquare() {
        assertThat(score(ImageScore.AVERAGED, 16, 16, 1)).isEqualTo(1f / (21 * 21));
        assertThat(score(ImageScore.SMOOTHED, 16, 16, 1)).isEqualTo(1f / (5 * 5));
    }

    @Test
    void averagedAFullMapScoresOneAlthoughItsBorderIsPadded() {
        assertThat(score(ImageScore.AVERAGED, 0, 0, SIDE)).isEqualTo(1);
    }

    /** Scores a map that is 1 in a square and 0 elsewhere. */
    private static float score(ImageScore rule, int x, int y, int side) {
        float[] map = new float[SIDE * SIDE];
        for (int row = y; row < y + side; row++) {
            for (int column = x; column < x + side; column++) {
                map[row * SIDE + column] = 1;
            }
        }
        try (PointerScope scope = new PointerScope()) {
            return rule.of(Tensor.create(map, 1, SIDE, SIDE)).item_float();
        }
    }
}
