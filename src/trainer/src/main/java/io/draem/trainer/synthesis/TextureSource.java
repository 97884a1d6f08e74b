package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;
import io.draem.trainer.synthesis.NormalSource.Normal;
import java.util.random.RandomGenerator;

/** Where the texture of an anomaly comes from, at the model's size, before any augmenter. */
@FunctionalInterface
interface TextureSource {

    /** Smallest change of a tone, before {@code beta} reduces it. */
    double FAINTEST_TONE = 0.1;

    /** Largest change of a tone. */
    double STRONGEST_TONE = 0.6;

    /**
     * Returns a random texture.
     *
     * @param normal the image that gets the anomaly
     */
    RgbImage draw(Normal normal, RandomGenerator random);

    /** Draws images of an anomaly-source folder, all equally likely. */
    static TextureSource images(ImageSource<RgbImage> images) {
        return (normal, random) -> images.get(random.nextInt(images.size()));
    }

    /**
     * Draws from normal images: with equal probability another normal image in the same light (as NSA) or the same one moved
     * by a quarter to three quarters of each side, wrapped around (as CutPaste, which pastes from another part of the same
     * image); always the latter if there is only one.
     */
    static TextureSource normals(NormalSource normals, int width, int height) {
        return (normal, random) -> {
            boolean another = random.nextBoolean() && normals.size() > 1;
            float[] source = normal.pixels();
            if (another) {
                Normal drawn = normals.draw(random.nextInt(normals.size()), random);
                source = normal.light().applyTo(drawn.pixels());
            }
            RgbImage texture = Pixels.fromTensor(source, width, height);
            return another
                    ? texture
                    : moved(
                            texture,
                            random.nextInt(width / 4, 3 * width / 4 + 1),
                            random.nextInt(height / 4, 3 * height / 4 + 1));
        };
    }

    /**
     * Generates colored noise, used without an anomaly-source folder: each channel is a random base plus Perlin noise
     * of its own and one that all channels share, at random scales. anomalib uses the mask's own noise, gray, as the
     * texture; within the mask that is nearly one flat gray tone, so that here color and scale are drawn independently.
     */
    static TextureSource noise(int width, int height, SynthesisOptions.Perlin options) {
        return (normal, random) -> {
            float[] shared = perlin(random, width, height, options);
            float[] planes = new float[3 * shared.length];
            float sharedContrast = (float) random.nextDouble(0.5);
            for (int channel = 0; channel < 3; channel++) {
                float[] own = perlin(random, width, height, options);
                float base = (float) random.nextDouble();
                float contrast = (float) random.nextDouble(0.3);
                for (int i = 0; i < own.length; i++) {
                    planes[channel * own.length + i] = base + sharedContrast * shared[i] + contrast * own[i];
                }
            }
            return Pixels.fromTensor(planes, width, height);
        };
    }

    /**
     * Takes the image itself, all channels darker or lighter by 0.1 to 0.6. An image that is not gray is with probability 1/2
     * changed by another amount in each channel, of which the largest is from 0.1 to 0.6: stains have colors too.
     */
    static TextureSource tones(int width, int height) {
        return (normal, random) -> {
            float shift = (float) random.nextDouble(FAINTEST_TONE, STRONGEST_TONE) * (random.nextBoolean() ? 1 : -1);
            float[] planes = normal.pixels().clone();
            float[] shares = {1, 1, 1};
            if (!ColorShift.isGray(planes) && random.nextBoolean()) {
                float largest = 0;
                for (int channel = 0; channel < shares.length; channel++) {
                    shares[channel] = (float) random.nextDouble(-1, 1);
                    largest = Math.max(largest, Math.abs(shares[channel]));
                }
                shift /= largest;
            }
            int area = width * height;
            for (int i = 0; i < planes.length; i++) {
                planes[i] += shift * shares[i / area];
            }
            return Pixels.fromTensor(planes, width, height);
        };
    }

    /** Returns Perlin noise of the options' scales, at most one cell per pixel; neither rotated nor cropped. */
    static float[] perlin(RandomGenerator random, int width, int height, SynthesisOptions.Perlin options) {
        int bound = options.maxScale() + 1;
        int down = Math.min(random.nextInt(options.minScale(), bound), PerlinNoise.paddedExponent(height));
        int across = Math.min(random.nextInt(options.minScale(), bound), PerlinNoise.paddedExponent(width));
        return PerlinNoise.noise(random, height, width, 1 << down, 1 << across);
    }

    private static RgbImage moved(RgbImage image, int dx, int dy) {
        int stride = image.width() * 3;
        int split = dx * 3;
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        for (int y = 0; y < image.height(); y++) {
            int source = y * stride;
            int target = (y + dy) % image.height() * stride;
            System.arraycopy(from, source, to, target + split, stride - split);
            System.arraycopy(from, source + stride - split, to, target, split);
        }
        return new RgbImage(image.width(), image.height(), to);
    }
}
