package io.draem.trainer.workflow;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.image.RgbImage;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.tracking.Picture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of what a network makes of a few inputs, the same at each step: from left to right the input, its reconstruction,
 * the anomaly map from black (0) to white (1), and the mask of the defect, gray where an anomalous image has none.
 */
final class SamplePictures {

    private static final int OF_A_KIND = 2;

    /** Images that are looked through for some of both kinds. */
    private static final int LOOKED_THROUGH = 16;

    /** A prime: a set may hold its images with and without an anomaly by turns. */
    private static final long STRIDE = 7919;

    private static final int PANELS = 4;
    private static final int LEVELS = 255;
    private static final float UNKNOWN = 0.5f;

    private final EvaluationSet images;
    private final FrameSize size;
    private final List<Sample> samples = new ArrayList<>();

    private record Sample(String name, float[] input, boolean @Nullable [] defect) {}

    /**
     * Takes pictures of two normal and two anomalous images, as far as {@value #LOOKED_THROUGH} images from all over a set
     * have so many. They are loaded for the first pictures.
     *
     * @param size of an input
     */
    SamplePictures(EvaluationSet images, FrameSize size) {
        this.images = images;
        this.size = size;
    }

    private void load() throws IOException {
        int[] counts = new int[2];
        Set<String> seen = new HashSet<>();
        int looked = Math.min(LOOKED_THROUGH, images.size());
        for (int i = 0; i < looked && samples.size() < 2 * OF_A_KIND; i++) {
            EvaluationImage image = images.load((int) (STRIDE * i % images.size()));
            int kind = image.anomalous() ? 1 : 0;
            if (counts[kind] < OF_A_KIND && seen.add(kind + image.id())) {
                counts[kind]++;
                samples.add(sample((kind == 0 ? "normal-" : "anomalous-") + counts[kind], image));
            }
        }
    }

    /** Takes the input that shows most of the defect. */
    private static Sample sample(String name, EvaluationImage image) {
        Frame frame = image.frame();
        boolean[] best = defect(image, 0);
        int input = 0;
        for (int i = 1; i < frame.inputs(); i++) {
            boolean[] one = defect(image, i);
            if (count(one) > count(best)) {
                best = one;
                input = i;
            }
        }
        return count(best) > 0
                ? new Sample(name, frame.input(input), best)
                : new Sample(name, image.sampledInput(), image.mask() == null ? null : best);
    }

    private static long count(boolean[] pixels) {
        long count = 0;
        for (boolean pixel : pixels) {
            count += pixel ? 1 : 0;
        }
        return count;
    }

    /** Returns the pixels of an input that the mask marks; none without a mask. */
    private static boolean[] defect(EvaluationImage image, int input) {
        FramePlan plan = image.frame().plan();
        int width = plan.input().width();
        boolean[] defect = new boolean[plan.input().pixels()];
        boolean[] mask = image.mask();
        for (int i = 0; mask != null && i < defect.length; i++) {
            int x = plan.left(input) + i % width;
            int y = plan.top(input) + i / width;
            if (x >= 0 && y >= 0 && x < plan.frame().width() && y < plan.frame().height()) {
                defect[i] = mask[y * plan.frame().width() + x];
            }
        }
        return defect;
    }

    /**
     * Draws what the network makes of the inputs.
     *
     * @throws java.util.concurrent.CancellationException as the images do
     */
    List<Picture> of(DraemNetwork network) throws IOException {
        if (samples.isEmpty()) {
            load();
        }
        NetworkDetector detector = new NetworkDetector(network, size.width(), size.height());
        List<Picture> pictures = new ArrayList<>();
        for (Sample sample : samples) {
            NetworkOutputs outputs = detector.run(sample.input(), 1);
            boolean[] mask = sample.defect();
            float[] defect = new float[size.pixels()];
            for (int i = 0; i < defect.length; i++) {
                defect[i] = mask == null ? UNKNOWN : mask[i] ? 1 : 0;
            }
            float[][] panels = {
                sample.input(), outputs.reconstructions(), gray(outputs.maps()), gray(defect),
            };
            pictures.add(Picture.of("samples/" + sample.name(), side(panels)));
        }
        return pictures;
    }

    private static float[] gray(float[] values) {
        float[] planes = Arrays.copyOf(values, 3 * values.length);
        System.arraycopy(values, 0, planes, values.length, values.length);
        System.arraycopy(values, 0, planes, 2 * values.length, values.length);
        return planes;
    }

    private RgbImage side(float[][] panels) {
        int width = size.width();
        int pixels = size.pixels();
        byte[] rgb = new byte[3 * PANELS * pixels];
        for (int panel = 0; panel < PANELS; panel++) {
            for (int i = 0; i < 3 * pixels; i++) {
                int pixel = i % pixels;
                int at = (pixel / width * PANELS + panel) * width + pixel % width;
                float value = Math.min(1, Math.max(0, panels[panel][i]));
                rgb[3 * at + i / pixels] = (byte) Math.round(LEVELS * value);
            }
        }
        return new RgbImage(PANELS * width, size.height(), rgb);
    }
}
