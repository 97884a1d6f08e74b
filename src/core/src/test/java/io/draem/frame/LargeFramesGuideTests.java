package io.draem.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.model.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Computes the table of the guide to large frames. */
class LargeFramesGuideTests {

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (\\d+)×(\\d+)[^|]*\\| (\\d+) pixels \\| `--(tiles|image-size)"
                    + " (\\S+?)(?: --scale (\\S+))?` \\| ([\\d.]+) pixels \\| (\\d+) \\|$");

    private static final double LEAST_PIXELS = 5;

    @Test
    void theTableHoldsWhatPlansOfFramesSay() throws IOException {
        List<MatchResult> rows = ROW.matcher(
                        Files.readString(TestModels.file("src/docs/how-to/large-frames-and-small-defects.md")))
                .results()
                .toList();
        assertThat(rows).hasSizeGreaterThan(10);
        for (MatchResult row : rows) {
            FrameSize image = new FrameSize(Integer.parseInt(row.group(1)), Integer.parseInt(row.group(2)));
            FrameSize input = FrameSize.parse("size", row.group(5));
            Framing framing = row.group(4).equals("tiles") ? tiles(input, row.group(6)) : Framing.WHOLE;
            FramePlan plan = FramePlan.of(framing, input, image.width(), image.height(), null);
            double ratio = Math.min(
                    (double) plan.frame().width() / image.width(),
                    (double) plan.frame().height() / image.height());
            double seen = Integer.parseInt(row.group(3)) * ratio;
            assertThat(Double.parseDouble(row.group(7))).as(row.group()).isCloseTo(seen, within(0.06));
            assertThat(seen).as(row.group()).isGreaterThan(LEAST_PIXELS - 0.01);
            assertThat(plan.inputs()).as(row.group()).isEqualTo(Integer.parseInt(row.group(8)));
        }
    }

    private static Framing tiles(FrameSize tile, @Nullable String scale) {
        int overlap = Math.max(16, Math.min(tile.width(), tile.height()) / 8);
        Tiling tiling =
                new Tiling(FrameScale.parse(Objects.requireNonNullElse(scale, "1")), overlap, Tiling.marginOf(tile));
        return new Framing(tiling, FrameScore.MAXIMUM, null, false);
    }
}
