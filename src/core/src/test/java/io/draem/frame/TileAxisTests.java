package io.draem.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileAxisTests {

    @ParameterizedTest
    @CsvSource({
        "4096, 256, 32, 0, 19",
        "4096, 256, 32, 32, 19",
        "3000, 256, 32, 0, 14",
        "500, 256, 32, 0, 3",
        "1255, 256, 32, 0, 6",
        "1255, 128, 16, 0, 12",
        "1248, 128, 16, 0, 11",
        "1248, 128, 16, 16, 12",
        "250, 256, 32, 32, 1",
        "256, 256, 32, 32, 1",
        "257, 256, 32, 0, 2",
        "257, 256, 32, 32, 2",
        "1, 64, 16, 0, 1"
    })
    void takesAsFewTilesAsOverlapEnough(int length, int tile, int overlap, int margin, int count) {
        assertThat(TileAxis.of(length, tile, overlap, margin, 0).count()).isEqualTo(count);
    }

    @Test
    void tilesCoverTheFrameEvenlyAndOverlapEnough() {
        Random random = new Random(1);
        for (int round = 0; round < 3000; round++) {
            int tile = 1 + random.nextInt(100);
            int overlap = random.nextInt(tile / 2 + 1);
            int length = 1 + random.nextInt(6 * tile);
            int margin = random.nextInt(tile / 4 + 1);
            int[] starts = TileAxis.of(length, tile, overlap, margin, 0).starts();
            int last = starts.length - 1;
            if (length <= tile) {
                assertThat(starts).containsExactly(-((tile - length) / 2));
                continue;
            }
            assertThat(starts[0]).isEqualTo(-margin);
            assertThat(starts[last]).isEqualTo(length + margin - tile);
            for (int k = 0; k < last; k++) {
                int step = starts[k + 1] - starts[k];
                assertThat(tile - step).isGreaterThanOrEqualTo(overlap);
                assertThat(step)
                        .isBetween((length + 2 * margin - tile) / last, (length + 2 * margin - tile) / last + 1);
            }
        }
    }

    /** Half a tile of overlap makes three tiles meet; moved cuts stick out at the beginning. */
    @Test
    void weightsAtEachPixelSumToOne() {
        Random random = new Random(2);
        for (int round = 0; round < 3000; round++) {
            int tile = 1 + random.nextInt(80);
            int overlap = round % 2 == 0 ? tile / 2 : random.nextInt(tile / 2 + 1);
            int length = 1 + random.nextInt(5 * tile);
            TileAxis axis = TileAxis.of(
                    length, tile, overlap, random.nextInt(tile / 4 + 1), round % 3 == 0 ? random.nextInt(tile) : 0);
            double[] sums = new double[length];
            for (int k = 0; k < axis.count(); k++) {
                for (int i = 0; i < tile; i++) {
                    float weight = axis.weights()[k][i];
                    assertThat(weight).isBetween(0f, 1f);
                    int x = axis.starts()[k] + i;
                    if (x >= 0 && x < length) {
                        sums[x] += weight;
                    }
                }
            }
            for (double sum : sums) {
                assertThat(sum).isCloseTo(1, within(1e-6));
            }
        }
    }

    @Test
    void theOutermostQuarterOfAnOverlapCountsForNothing() {
        TileAxis axis = TileAxis.of(160, 96, 32, 0, 0);
        assertThat(axis.starts()).containsExactly(0, 64);
        float[] second = axis.weights()[1];
        for (int i = 0; i < 8; i++) {
            assertThat(second[i]).isZero();
        }
        assertThat(second[16]).isBetween(0.4f, 0.6f);
        assertThat(second[24]).isEqualTo(1);
        assertThat(axis.weights()[0][0]).isEqualTo(1);
        assertThat(axis.weights()[0][95]).isZero();
    }

    @Test
    void whatIsOutsideTheFrameIsItsReflection() {
        for (int length = 1; length <= 12; length++) {
            TileAxis axis = TileAxis.of(length, 4 * length + 3, 0, 0, 0);
            int[] sources = axis.sources(0);
            int start = axis.starts()[0];
            for (int i = 0; i < sources.length; i++) {
                int x = start + i;
                while (length > 1 && (x < 0 || x >= length)) {
                    x = x < 0 ? -x : 2 * (length - 1) - x;
                }
                assertThat(sources[i]).isEqualTo(length == 1 ? 0 : x);
            }
        }
    }
}
