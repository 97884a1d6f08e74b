package io.draem.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.draem.testing.BoundedProcess;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the decoder with pixels that Python computes, over formats, bit depths and oddities, and prints the table.
 * Needs {@code -Dpython=PYTHON} with {@code pip install pillow numpy tifffile imagecodecs}.
 */
@Tag("slow")
class DecoderComparisonTests {

    @Test
    void everyFormatDecodesToItsPixelsOrIsRefusedByItsReason(@TempDir Path folder) throws Exception {
        String python = System.getProperty("python");
        assumeTrue(python != null, "No -Dpython=PYTHON with Pillow, NumPy, tifffile and imagecodecs was given");
        BoundedProcess.run(
                Duration.ofMinutes(3),
                python,
                "-W",
                "ignore",
                "src/core/src/test/python/oddities.py",
                folder.toString());

        List<String> wrong = new ArrayList<>();
        List<String> lines = Files.readAllLines(folder.resolve("table.tsv"));
        for (String line : lines) {
            String[] columns = line.split("\t", -1);
            String outcome = outcome(folder.resolve(columns[0]));
            boolean right = columns[1].isEmpty()
                    ? outcome.startsWith("equal")
                    : outcome.matches("refused: .*" + columns[1] + ".*");
            System.out.printf("%-48s %-22s %s%n", columns[0], "Pillow: " + columns[2], outcome);
            if (!right) {
                wrong.add(columns[0] + ": " + outcome);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(lines).hasSizeGreaterThan(250);
    }

    private static String outcome(Path file) throws Exception {
        DecodedImage decoded;
        try {
            decoded = new ImageDecoder(ImageLimits.DEFAULT).decode(Files.readAllBytes(file));
        } catch (ImageException e) {
            return "refused: " + e.getMessage();
        }
        Path pixels = file.resolveSibling(file.getFileName() + ".rgb");
        if (!Files.exists(pixels)) {
            return "decoded";
        }
        ByteBuffer expected = ByteBuffer.wrap(Files.readAllBytes(pixels)).order(ByteOrder.LITTLE_ENDIAN);
        RgbImage image = decoded.image();
        if (image.width() != expected.getInt() || image.height() != expected.getInt()) {
            return "of another size: " + image.width() + "x" + image.height();
        }
        int most = 0;
        for (byte value : image.rgb()) {
            most = Math.max(most, Math.abs((value & 0xFF) - (expected.get() & 0xFF)));
        }
        String warnings = decoded.warnings().isEmpty()
                ? ""
                : ", warns of "
                        + decoded.warnings().stream().map(w -> w.kind().id()).toList();
        return (most == 0 ? "equal" : "differs by up to " + most) + warnings;
    }
}
