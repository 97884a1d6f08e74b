package io.draem.service.benchmark;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageLimits;
import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** The cookies of the test images, good and broken: JPEGs of 256² pixels and about 44 KB. */
final class Photographs {

    static final Path FOLDER = Path.of("src/data/cookie/test");

    /** A broken cookie. */
    static final Path BROKEN = FOLDER.resolve("broken/004.jpg");

    private static final int SIDE = 256;

    private Photographs() {}

    /** Returns the files, always in the same order, good and broken mixed. */
    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted((a, b) -> {
                        int byNumber = a.getFileName().compareTo(b.getFileName());
                        return byNumber != 0 ? byNumber : a.compareTo(b);
                    })
                    .toList();
        }
    }

    /** Returns the tensors of all files at a size. */
    static List<float[]> tensors(int width, int height) throws IOException, ImageException {
        List<float[]> tensors = new ArrayList<>();
        for (Path file : files()) {
            tensors.add(ImageTensor.of(decode(Files.readAllBytes(file)), width, height));
        }
        return tensors;
    }

    static RgbImage decode(byte[] bytes) throws ImageException {
        return new ImageDecoder(new ImageLimits(Integer.MAX_VALUE, Integer.MAX_VALUE))
                .decode(bytes)
                .image();
    }

    /** Returns a JPEG of a size that is covered with photographs. */
    static byte[] tray(int width, int height) throws IOException {
        List<Path> files = files();
        BufferedImage tray = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = tray.createGraphics();
        int columns = (width + SIDE - 1) / SIDE;
        int rows = (height + SIDE - 1) / SIDE;
        for (int i = 0; i < columns * rows; i++) {
            byte[] photograph = Files.readAllBytes(files.get(i % files.size()));
            graphics.drawImage(
                    ImageIO.read(new ByteArrayInputStream(photograph)), i % columns * SIDE, i / columns * SIDE, null);
        }
        graphics.dispose();
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(tray, "jpeg", jpeg);
        return jpeg.toByteArray();
    }
}
