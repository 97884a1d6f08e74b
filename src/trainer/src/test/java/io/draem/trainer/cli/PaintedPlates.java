package io.draem.trainer.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** A tiny data set in MVTec's layout: yellow plates, some of them with a dark hole. */
final class PaintedPlates {

    private static final int SIDE = 40;
    private static final int HOLE_BEGIN = 10;
    private static final int HOLE_END = 22;

    private PaintedPlates() {}

    /** Paints 10 normal images to train on, and 3 normal and 3 broken ones to test with. */
    static Path paint(Path folder) throws IOException {
        for (int i = 0; i < 10; i++) {
            paint(folder.resolve("train/good/%03d.png".formatted(i)), i, false);
        }
        for (int i = 0; i < 3; i++) {
            paint(folder.resolve("test/good/%03d.png".formatted(i)), 20 + i, false);
            paint(folder.resolve("test/hole/%03d.png".formatted(i)), 30 + i, true);
            BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
            for (int y = HOLE_BEGIN; y < HOLE_END; y++) {
                for (int x = HOLE_BEGIN; x < HOLE_END; x++) {
                    mask.setRGB(x, y, 0xFFFFFF);
                }
            }
            write(mask, folder.resolve("ground_truth/hole/%03d_mask.png".formatted(i)));
        }
        return folder;
    }

    /** Paints one image. */
    static void paint(Path file, int seed, boolean hole) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                boolean dark = hole && x >= HOLE_BEGIN && x < HOLE_END && y >= HOLE_BEGIN && y < HOLE_END;
                int grey = dark ? 10 : 150 + random.nextInt(40);
                image.setRGB(x, y, grey << 16 | grey << 8 | (grey / 2));
            }
        }
        write(image, file);
    }

    /** Paints a normal image of 12 megapixels, smooth so that it is quickly written and read. */
    static void paintLarge(Path file, int seed) throws IOException {
        BufferedImage image = new BufferedImage(4000, 3000, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int grey = 150 + ((x / 8 + seed) * (y / 8) & 31);
                image.setRGB(x, y, grey << 16 | grey << 8 | (grey / 2));
            }
        }
        write(image, file);
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
