package io.draem.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.draem.frame.RegionOfInterest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScaledMapTests {

    @Test
    void rowsInAnyOrderAndSingleValuesAreThoseOfTheWholeMap() {
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            AnomalyMap source = random(random, 1 + random.nextInt(30), 1 + random.nextInt(30));
            int width = 1 + random.nextInt(90);
            int height = 1 + random.nextInt(90);
            float[] whole = source.resized(width, height).values();
            ScaledMap scaled = new ScaledMap(source, width, height);
            ScaledMap.Rows rows = scaled.rows();
            for (int i = 0; i < 100; i++) {
                int y = random.nextInt(height);
                int x = random.nextInt(width);
                assertThat(rows.read(y)[x]).isEqualTo(scaled.at(x, y)).isEqualTo(whole[y * width + x]);
            }
        }
    }

    @Test
    void boundsNeverLeaveOutARowWithAValueAboveTheThreshold() {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            AnomalyMap source = random(random, 1 + random.nextInt(10), 1 + random.nextInt(10));
            ScaledMap scaled = new ScaledMap(source, 1 + random.nextInt(50), 1 + random.nextInt(50));
            double threshold = Math.nextDown(
                    source.resized(scaled.width(), scaled.height()).max());
            RowBounds bounds = new RowBounds(scaled, threshold);
            for (int y = 0; y < scaled.height(); y++) {
                boolean exceeds = false;
                for (int x = 0; x < scaled.width(); x++) {
                    exceeds |= scaled.at(x, y) > threshold;
                }
                assertThat(!exceeds || bounds.mayExceed(y)).isTrue();
            }
        }
    }

    @Test
    void valuesOutsideTheRegionOfInterestAreZero() {
        Random random = new Random(6);
        for (int round = 0; round < 200; round++) {
            AnomalyMap source = random(random, 1 + random.nextInt(30), 1 + random.nextInt(30));
            int width = round % 3 == 0 ? source.width() : 1 + random.nextInt(90);
            int height = round % 3 == 0 ? source.height() : 1 + random.nextInt(90);
            RowMask region = RegionOfInterest.parse("0.2,0.1 0.9,0.4 0.3,1;0.7,0.6 0.9,0.6 0.9,0.8")
                    .at(width, height);
            float[] whole = source.resized(width, height).values();
            ScaledMap scaled = new ScaledMap(source, width, height, region);
            ScaledMap.Rows rows = scaled.rows();
            float min = Float.POSITIVE_INFINITY;
            float max = Float.NEGATIVE_INFINITY;
            for (int y = 0; y < height; y++) {
                float[] row = rows.read(y);
                for (int x = 0; x < width; x++) {
                    boolean inside = region.contains(x, y);
                    float expected = inside ? whole[y * width + x] : 0;
                    assertThat(row[x]).isEqualTo(scaled.at(x, y)).isEqualTo(expected);
                    min = inside ? Math.min(min, expected) : min;
                    max = inside ? Math.max(max, expected) : max;
                }
            }
            assertThat(scaled.range()).isEqualTo(new ScaledMap.Range(min, max));
        }
    }

    @Test
    void refusesARegionOfAnotherSize() {
        RowMask region = RegionOfInterest.parse("0,0 1,0 1,1").at(5, 5);
        AnomalyMap source = new AnomalyMap(1, 1, new float[1]);
        assertThatIllegalArgumentException().isThrownBy(() -> new ScaledMap(source, 5, 4, region));
    }

    @Test
    void refusesSizesBelowOne() {
        AnomalyMap source = new AnomalyMap(1, 1, new float[1]);
        assertThatIllegalArgumentException().isThrownBy(() -> new ScaledMap(source, 0, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new ScaledMap(source, 100_000, 100_000));
    }

    private static AnomalyMap random(Random random, int width, int height) {
        float[] values = new float[width * height];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return new AnomalyMap(width, height, values);
    }
}
