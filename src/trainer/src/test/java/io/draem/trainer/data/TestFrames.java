package io.draem.trainer.data;

import io.draem.frame.FrameScale;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/** Image files of random pixels in a folder, and stores of their frames. */
public record TestFrames(Path folder) {

    public static TestFrames in(Path folder) throws IOException {
        return new TestFrames(Files.createDirectories(folder));
    }

    /** Writes images of these sizes, "90x70", and "gray 90x70" for those of one channel, and opens them in memory. */
    public FrameStore open(List<String> sizes) throws IOException, InterruptedException {
        return open(write(sizes), FrameScale.ONE, Long.MAX_VALUE, null);
    }

    /** Writes images of these sizes. */
    List<Path> write(List<String> sizes) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String size : sizes) {
            boolean gray = size.startsWith("gray ");
            String[] sides = size.replace("gray ", "").split("x");
            int width = Integer.parseInt(sides[0]);
            int height = Integer.parseInt(sides[1]);
            BufferedImage image =
                    new BufferedImage(width, height, gray ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
            SplittableRandom random = new SplittableRandom(files.size());
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int value = random.nextInt(256);
                    image.getRaster().setSample(x, y, 0, value);
                    for (int band = 1; band < image.getRaster().getNumBands(); band++) {
                        image.getRaster().setSample(x, y, band, (value * (band + 2)) % 256);
                    }
                }
            }
            Path file = folder.resolve(files.size() + ".png");
            ImageIO.write(image, "png", file.toFile());
            files.add(file);
        }
        return files;
    }

    static FrameStore open(List<Path> files, FrameScale scale, long memory, @Nullable Path scratch)
            throws IOException, InterruptedException {
        return FrameStore.open(
                files,
                scale,
                OptionalInt.empty(),
                FirstPass.ofDigests(),
                ImageMemory.of(memory),
                scratch,
                2,
                Progress.SILENT);
    }
}
