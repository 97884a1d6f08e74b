package io.draem.runtime.onnx;

import io.draem.image.ImageMeasure;
import io.draem.model.ImageProfile;
import io.draem.model.ModelCard;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Images that look like photographs to a graph: a light gradient, a regular texture and the noise of a sensor, with the
 * brightness, contrast, sharpness and colors that the graph's own metadata records of the training images. They are the
 * same at every start.
 */
final class WarmUpImage {

    /** No pixel is black or white: a graph need not give a usable result for a clipped image. */
    private static final float DARKEST = 0.02f;

    private static final float LIGHTEST = 0.98f;
    /** Standard deviation of the Laplacian of white noise with a deviation of 1. */
    private static final double LAPLACIAN_OF_NOISE = Math.sqrt(20);

    private WarmUpImage() {}

    /** Returns two different images of the size that the card names. */
    static List<ModelInput> pair(ModelCard card) {
        return List.of(image(card, 0), image(card, 1));
    }

    /** Returns a batch of images of that size. */
    static List<ModelInput> batch(ModelCard card, int size) {
        return Collections.nCopies(size, image(card, 0));
    }

    private static ModelInput image(ModelCard card, int number) {
        ImageProfile profile = card.images();
        double brightness = mean(profile, ImageMeasure.BRIGHTNESS, 0.5);
        double contrast = mean(profile, ImageMeasure.CONTRAST, 0.15);
        double warmth = mean(profile, ImageMeasure.WARMTH, 0.05);
        double tint = mean(profile, ImageMeasure.TINT, 0);
        double noise = Math.min(mean(profile, ImageMeasure.SHARPNESS, 0.1) / LAPLACIAN_OF_NOISE, contrast);
        double texture = Math.sqrt(contrast * contrast - noise * noise);
        // With the weights of luma, so that the offsets leave the brightness as it is.
        double green = tint - (0.587 * tint + (0.299 - 0.114) * warmth / 2);
        double[] offsets = {green - tint + warmth / 2, green, green - tint - warmth / 2};
        SplittableRandom random = new SplittableRandom(number);
        int plane = card.width() * card.height();
        float[] pixels = new float[3 * plane];
        for (int y = 0; y < card.height(); y++) {
            for (int x = 0; x < card.width(); x++) {
                double gradient = (x / (double) card.width() + y / (double) card.height() - 1) * Math.sqrt(6);
                double pattern = 2 * Math.sin(x / (3.0 + number)) * Math.sin(y / (5.0 - number));
                double value =
                        brightness + texture * (gradient + pattern) * Math.sqrt(0.5) + noise * random.nextGaussian();
                for (int channel = 0; channel < 3; channel++) {
                    pixels[channel * plane + y * card.width() + x] =
                            Math.min(LIGHTEST, Math.max(DARKEST, (float) (value + offsets[channel])));
                }
            }
        }
        return new ModelInput(pixels, false);
    }

    private static double mean(@Nullable ImageProfile profile, ImageMeasure measure, double otherwise) {
        ImageProfile.Spread spread = profile == null ? null : profile.measures().get(measure);
        return spread == null ? otherwise : spread.mean();
    }
}
