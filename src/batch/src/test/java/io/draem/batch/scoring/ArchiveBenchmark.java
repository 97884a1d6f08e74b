package io.draem.batch.scoring;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.model.TestModels;
import io.draem.testing.BoundedProcess;
import io.draem.testing.ProcessMemory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Prints the memory of {@code draem-batch.jar score} over the time that a large archive of tiny images takes: the files and a
 * graph without layers are made by code, so that what Spark and the list of images cost shows.
 */
final class ArchiveBenchmark {

    private static final int FILES_OF_FOLDER = 1000;
    private static final int SIDE = 32;
    private static final int PICTURES = 64;
    /** One in so many pictures has a region. */
    private static final int ANOMALOUS = 8;

    private ArchiveBenchmark() {}

    /** @param arguments draem-batch.jar, images, processors, and the largest heap such as 2g */
    public static void main(String[] arguments) throws Exception {
        Path jar = Path.of(arguments[0]);
        int images = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        int processors = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
        String heap = arguments.length > 3 ? arguments[3] : "2g";
        Path folder = Files.createTempDirectory("draem-archive");
        try {
            long start = System.nanoTime();
            write(folder.resolve("images"), images);
            Path graph = Files.write(
                    folder.resolve("model.onnx"), TestModels.tiled(new FrameSize(SIDE, SIDE), Framing.WHOLE));
            System.out.printf(Locale.ROOT, "%,d files written in %.0f s%n", images, seconds(start));
            score(
                    jar,
                    processors,
                    heap,
                    List.of(
                            "score",
                            "--model=" + graph,
                            "--images=" + folder.resolve("images"),
                            "--output=" + folder.resolve("scores")));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted((a, b) -> b.compareTo(a))
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static void score(Path jar, int processors, String heap, List<String> arguments) throws Exception {
        List<String> command = Stream.concat(
                        Stream.of(
                                BoundedProcess.java("java"),
                                "-Xmx" + heap,
                                "-Dspark.master=local[" + processors + "]",
                                "-jar",
                                jar.toString()),
                        arguments.stream())
                .toList();
        Process process = new ProcessBuilder(command).inheritIO().start();
        long start = System.nanoTime();
        long peak = 0;
        while (!process.waitFor(30, TimeUnit.SECONDS)) {
            long resident = ProcessMemory.residentMegabytes(process.pid());
            peak = Math.max(peak, resident);
            System.out.printf(Locale.ROOT, "%.0f s: %d MiB resident%n", seconds(start), resident);
        }
        System.out.printf(
                Locale.ROOT, "status %d after %.0f s, at most %d MiB%n", process.exitValue(), seconds(start), peak);
    }

    private static void write(Path folder, int images) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        byte[][] pictures = new byte[PICTURES][];
        for (int i = 0; i < PICTURES; i++) {
            BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                int gray = random.nextInt(128);
                image.setRGB(pixel % SIDE, pixel / SIDE, gray << 16 | gray << 8 | gray);
            }
            for (int pixel = 0; i % ANOMALOUS == 0 && pixel < SIDE; pixel++) {
                image.setRGB(8 + pixel % 8, 8 + pixel / 8, 0xffffff);
            }
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(image, "png", png);
            pictures[i] = png.toByteArray();
        }
        for (int i = 0; i < images; i++) {
            Path part = folder.resolve("%04d".formatted(i / FILES_OF_FOLDER));
            if (i % FILES_OF_FOLDER == 0) {
                Files.createDirectories(part);
            }
            Files.write(part.resolve("%03d.png".formatted(i % FILES_OF_FOLDER)), pictures[i % PICTURES]);
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
