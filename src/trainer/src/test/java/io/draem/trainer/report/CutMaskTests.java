package io.draem.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.RegionOfInterest;
import io.draem.score.RowMask;
import org.junit.jupiter.api.Test;

class CutMaskTests {

    @Test
    void hasThePixelsOfTheWholeMask() {
        RowMask whole =
                RegionOfInterest.parse("0.1,0 0.5,0.6 0.9,0 1,0.9 0.1,0.9").at(40, 30);
        CutMask cut = new CutMask(whole, 10, 5, 20, 15);
        int[] bounds = new int[2 * cut.maxRuns()];
        long count = 0;
        for (int y = 0; y < 15; y++) {
            int runs = cut.runs(y, bounds);
            for (int x = 0; x < 20; x++) {
                boolean counts = false;
                for (int run = 0; run < runs; run++) {
                    counts |= x >= bounds[2 * run] && x < bounds[2 * run + 1];
                }
                assertThat(counts).isEqualTo(whole.contains(10 + x, 5 + y)).isEqualTo(cut.contains(x, y));
                assertThat(cut.intersects(x, y, 1, 1)).isEqualTo(counts);
                count += counts ? 1 : 0;
            }
        }
        assertThat(cut.count()).isEqualTo(count).isBetween(1L, 299L);
        assertThat(cut.intersects(20, 0, 5, 15)).isFalse();
    }
}
