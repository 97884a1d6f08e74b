package io.draem.trainer.evaluation;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.image.PixelBytes;
import io.draem.text.Counted;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.DatasetException;
import io.draem.trainer.data.FrameCrops;
import io.draem.trainer.data.FrameStore;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.RandomStreams;
import io.draem.trainer.synthesis.Sample;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Held-out normal images with and without synthetic anomalies, to validate with where no labelled defect may be used, the
 * same for the same seed. Samples are made when they are asked for.
 */
public final class SyntheticImages implements EvaluationSet {

    /** Defect type of an image with a synthetic anomaly. */
    public static final String SYNTHETIC = "synthetic";

    /** Fewer would make the figures of a handful of held-out images jump about. */
    private static final int SAMPLES = 64;

    private final int size;
    private final IntPredicate anomalous;
    private final IntFunction<EvaluationImage> images;
    private final int sources;

    private SyntheticImages(
            int sources, int samplesPerSource, IntPredicate anomalous, IntFunction<EvaluationImage> images) {
        this.sources = sources;
        this.size = sources * samplesPerSource;
        this.anomalous = anomalous;
        this.images = images;
    }

    /**
     * Returns the set over images that are one input each, alternately unchanged and with an anomaly.
     *
     * @param ids of the images
     * @param plan of all the images
     */
    public static SyntheticImages of(
            NormalSource heldOut, List<String> ids, FramePlan plan, AnomalySynthesizer synthesizer, long seed) {
        int samplesPerImage = 2 * Math.max(1, anomaliesPerImage(heldOut.size()));
        return new SyntheticImages(heldOut.size(), samplesPerImage, index -> index % 2 == 1, index -> {
            Sample sample = BatchLoader.validationSample(heldOut, synthesizer, samplesPerImage, seed, index);
            Frame frame = Frame.whole(plan, sample.augmented());
            return image(index, ids.get(index / samplesPerImage), sample.anomalous(), frame, labels(sample));
        });
    }

    /**
     * Returns the set over frames, each once unchanged and several times with an anomaly in a crop of the size of a tile.
     *
     * @param ids of the frames
     * @param framing of the model, with tiles
     * @param tile size of the tiles and of the synthesizer's samples
     * @throws DatasetException if the region of interest has no pixel of a frame
     */
    public static SyntheticImages of(
            FrameStore heldOut,
            List<String> ids,
            Framing framing,
            FrameSize tile,
            AnomalySynthesizer synthesizer,
            long seed)
            throws DatasetException {
        FrameCrops crops = FrameCrops.of(
                heldOut,
                tile,
                Objects.requireNonNull(framing.tiling(), "tiling").margin(),
                framing.region());
        AnomalySynthesizer unaugmented = synthesizer.withoutNormalAugmentation();
        int samplesPerFrame = 1 + Math.max(1, anomaliesPerImage(heldOut.size()));
        IntPredicate anomalous = index -> index % samplesPerFrame > 0;
        return new SyntheticImages(heldOut.size(), samplesPerFrame, anomalous, index -> {
            int source = index / samplesPerFrame;
            PixelBytes pixels = heldOut.whole(source);
            if (!anomalous.test(index)) {
                Frame frame = FrameImages.frame(pixels, framing, tile);
                return image(index, ids.get(source), false, frame, new boolean[pixels.width() * pixels.height()]);
            }
            RandomGenerator random = RandomStreams.of(seed, "validation", index);
            FrameCrops.Crop crop = crops.crop(source, random);
            Sample sample = unaugmented.synthesize(crop.normal(), true, random);
            Frame frame = FrameImages.frame(painted(pixels, crop, tile, sample), framing, tile);
            return image(index, ids.get(source), sample.anomalous(), frame, labels(pixels, crop, tile, sample));
        });
    }

    private static int anomaliesPerImage(int images) {
        return (SAMPLES / 2 + images - 1) / Math.max(1, images);
    }

    private static EvaluationImage image(int index, String source, boolean anomalous, Frame frame, boolean[] mask) {
        return new EvaluationImage(
                anomalous ? source + ", anomaly " + index : source,
                anomalous ? SYNTHETIC : EvaluationImage.GOOD,
                frame,
                mask);
    }

    private static boolean[] labels(Sample sample) {
        boolean[] mask = new boolean[sample.mask().length];
        for (int pixel = 0; pixel < mask.length; pixel++) {
            mask[pixel] = sample.mask()[pixel] > 0.5f;
        }
        return mask;
    }

    /** Returns a copy of a frame in color with a crop of it replaced by a sample. */
    private static PixelBytes painted(PixelBytes frame, FrameCrops.Crop crop, FrameSize tile, Sample sample) {
        byte[] rgb =
                frame.channels() == 1 ? frame.toRgb().rgb() : frame.samples().clone();
        byte[] from = PixelBytes.ofPlanes(sample.augmented(), tile.width(), tile.height())
                .samples();
        int start = Math.max(0, -crop.left());
        int end = Math.min(tile.width(), frame.width() - crop.left());
        for (int y = Math.max(0, -crop.top()); y < Math.min(tile.height(), frame.height() - crop.top()); y++) {
            int to = (crop.top() + y) * frame.width() + crop.left() + start;
            System.arraycopy(from, 3 * (y * tile.width() + start), rgb, 3 * to, 3 * (end - start));
        }
        return new PixelBytes(frame.width(), frame.height(), 3, rgb);
    }

    private static boolean[] labels(PixelBytes frame, FrameCrops.Crop crop, FrameSize tile, Sample sample) {
        boolean[] mask = new boolean[frame.width() * frame.height()];
        boolean[] labels = labels(sample);
        int start = Math.max(0, -crop.left());
        int end = Math.min(tile.width(), frame.width() - crop.left());
        for (int y = Math.max(0, -crop.top()); y < Math.min(tile.height(), frame.height() - crop.top()); y++) {
            int to = (crop.top() + y) * frame.width() + crop.left() + start;
            System.arraycopy(labels, y * tile.width() + start, mask, to, end - start);
        }
        return mask;
    }

    /** Returns the defect type of each image, as far as it is known before the image is made. */
    public List<String> kinds() {
        return IntStream.range(0, size)
                .mapToObj(index -> anomalous.test(index) ? SYNTHETIC : EvaluationImage.GOOD)
                .toList();
    }

    @Override
    public Optional<String> origin() {
        int anomalies = (int) IntStream.range(0, size).filter(anomalous).count();
        return Optional.of(Counted.of(size, "validation image") + ": "
                + (sources == 1 ? "the held-out image " : "each of the " + sources + " held-out images ")
                + times((size - anomalies) / sources) + " without and " + times(anomalies / sources)
                + " with a synthetic anomaly");
    }

    private static String times(int count) {
        return count == 1 ? "once" : count + " times";
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public EvaluationImage load(int index) {
        return images.apply(index);
    }
}
