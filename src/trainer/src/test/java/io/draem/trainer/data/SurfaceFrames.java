package io.draem.trainer.data;

import io.draem.frame.FrameScale;
import io.draem.image.PixelBytes;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Photographs of ground metal as a camera of 12 megapixels takes them, made by code and the same for the same seed: streaks
 * of the grinding, mottling, grain of the sensor, and light that falls from one side and fades to the corners. The light
 * drifts a little from frame to frame, and material is brighter or coarser. Gray JPEGs of about 2.5 MB.
 */
public final class SurfaceFrames {

    public static final int WIDTH = 4096;
    public static final int HEIGHT = 3000;

    /** Pixels that a defect is across, a stain about so many; a scratch is three times as long. */
    public static final int DEFECT = 20;

    private static final int COARSE = 400;
    private static final int FINE = 60;

    /** What is wrong with a frame. */
    public enum Defect {
        DARK_SPOT(-40, 1.5),
        BRIGHT_SPOT(40, 1.5),
        SCRATCH(30, 1.5),
        STAIN(-25, 3);

        private final double contrast;
        private final double softness;

        Defect(double contrast, double softness) {
            this.contrast = contrast;
            this.softness = softness;
        }

        /** Returns the name of its folder. */
        public String folder() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private SurfaceFrames() {}

    /** Writes a frame without a defect. */
    public static void write(Path file, long seed) throws IOException {
        writeJpeg(file, surface(new SplittableRandom(seed)));
    }

    /** Writes a frame with a defect anywhere in it, and the defect's mask. */
    public static void write(Path file, Path mask, long seed, Defect defect) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] frame = surface(random);
        byte[] marked = new byte[frame.length];
        int room = 2 * DEFECT;
        int left = room + random.nextInt(WIDTH - 2 * room);
        int top = room + random.nextInt(HEIGHT - 2 * room);
        double angle = random.nextDouble() * Math.PI;
        double[] phases = random.doubles(3, 0, 2 * Math.PI).toArray();
        double strength = defect.contrast * (0.8 + 0.4 * random.nextDouble());
        for (int dy = -room; dy < room; dy++) {
            for (int dx = -room; dx < room; dx++) {
                double inside = inside(defect, dx, dy, angle, phases);
                double share = Math.min(1, Math.max(0, 0.5 + inside / (2 * defect.softness)));
                int pixel = (top + dy) * WIDTH + left + dx;
                frame[pixel] = gray((frame[pixel] & 0xFF) + share * strength);
                marked[pixel] = (byte) (inside >= 0 ? 255 : 0);
            }
        }
        writeJpeg(file, frame);
        Files.createDirectories(mask.getParent());
        ImageIO.write(image(marked), "png", mask.toFile());
    }

    /** Reads a frame as a model with tiles takes it. */
    public static PixelBytes read(Path file, FrameScale scale) throws IOException {
        return ImageFiles.frame(file, scale, OptionalInt.empty());
    }

    /** Returns the distance in pixels from the edge of the defect, above 0 inside. */
    private static double inside(Defect defect, double dx, double dy, double angle, double[] phases) {
        double radius = DEFECT / 2.0;
        if (defect == Defect.SCRATCH) {
            double along = Math.abs(dx * Math.cos(angle) + dy * Math.sin(angle));
            double across = dy * Math.cos(angle) - dx * Math.sin(angle);
            return radius - Math.hypot(Math.max(0, along - 2 * radius), across);
        }
        if (defect == Defect.STAIN) {
            radius += 1;
            double around = Math.atan2(dy, dx);
            for (int k = 0; k < phases.length; k++) {
                radius += Math.sin((k + 2) * around + phases[k]);
            }
        }
        return radius - Math.hypot(dx, dy);
    }

    private static byte[] surface(SplittableRandom random) {
        double level = 122 + 12 * random.nextDouble();
        double streaks = 4 + 2 * random.nextDouble();
        double memory = 0.96 + 0.02 * random.nextDouble();
        double fresh = Math.sqrt(1 - memory * memory) * streaks;
        double across = 0.08 + 0.03 * (2 * random.nextDouble() - 1);
        double down = -0.05 + 0.03 * (2 * random.nextDouble() - 1);
        double fading = 0.12 + 0.06 * random.nextDouble();
        double[][] coarse = grid(random, COARSE, 4);
        double[][] fine = grid(random, FINE, 2);
        double[] coarseRow = new double[WIDTH];
        double[] fineRow = new double[WIDTH];
        byte[] frame = new byte[WIDTH * HEIGHT];
        for (int y = 0; y < HEIGHT; y++) {
            interpolate(coarse, COARSE, y, coarseRow);
            interpolate(fine, FINE, y, fineRow);
            double line = 2 * normal(random.nextLong());
            double streak = streaks * normal(random.nextLong());
            double v = 2.0 * y / HEIGHT - 1;
            for (int x = 0; x < WIDTH; x++) {
                long bits = random.nextLong();
                streak = memory * streak + fresh * normal(bits);
                double u = 2.0 * x / WIDTH - 1;
                double light = 1 + across * u + down * v - fading * (u * u + v * v) / 2;
                double gray = level + line + streak + coarseRow[x] + fineRow[x];
                frame[y * WIDTH + x] = gray(light * gray + 3 * normal(bits >>> 32));
            }
        }
        return frame;
    }

    /** Returns nearly normal noise, of variance 1, from 32 bits: the sum of four bytes. */
    private static double normal(long bits) {
        return ((bits & 0xFF) + (bits >>> 8 & 0xFF) + (bits >>> 16 & 0xFF) + (bits >>> 24 & 0xFF) - 510) / 147.8;
    }

    private static double[][] grid(SplittableRandom random, int cell, double amplitude) {
        double[][] grid = new double[HEIGHT / cell + 2][WIDTH / cell + 2];
        for (double[] row : grid) {
            Arrays.setAll(row, x -> amplitude * normal(random.nextLong()));
        }
        return grid;
    }

    private static void interpolate(double[][] grid, int cell, int y, double[] row) {
        double[] above = grid[y / cell];
        double[] below = grid[y / cell + 1];
        double down = smooth((double) (y % cell) / cell);
        for (int x = 0; x < row.length; x++) {
            int k = x / cell;
            double right = smooth((double) (x % cell) / cell);
            double one = above[k] + right * (above[k + 1] - above[k]);
            double other = below[k] + right * (below[k + 1] - below[k]);
            row[x] = one + down * (other - one);
        }
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }

    private static byte gray(double value) {
        return (byte) Math.min(255, Math.max(0, Math.round(value)));
    }

    private static BufferedImage image(byte[] gray) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        System.arraycopy(gray, 0, ((DataBufferByte) image.getRaster().getDataBuffer()).getData(), 0, gray.length);
        return image;
    }

    private static void writeJpeg(Path file, byte[] gray) throws IOException {
        Files.createDirectories(file.getParent());
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            ImageWriteParam options = writer.getDefaultWriteParam();
            options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            options.setCompressionQuality(0.9f);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image(gray), null, null), options);
        } finally {
            writer.dispose();
        }
    }
}
