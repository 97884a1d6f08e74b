package io.draem.trainer.data;

import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.NormalSource.Normal;
import io.draem.trainer.synthesis.RandomStreams;
import io.draem.trainer.synthesis.Sample;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/**
 * Prepares training batches ahead of the step that needs them, on threads of its own.
 *
 * <p>The normal images come in epochs, each a shuffle of all of them; one epoch follows the other without a gap, also
 * within a batch. Sample {@code k} of step {@code s} depends on the seed, {@code s} and {@code k} alone: a loader that
 * starts at step {@code s} continues one that stopped there, and the number of threads changes nothing.
 */
public final class BatchLoader implements AutoCloseable {

    private final NormalSource normals;
    private final AnomalySynthesizer synthesizer;
    private final int batchSize;
    private final long seed;
    private final ExecutorService executor;
    private final Queue<Future<Batch>> prepared = new ArrayDeque<>();
    private long nextStep;
    private long waitedNanos;

    /**
     * Starts preparing.
     *
     * @param normals the images to train on
     * @param synthesizer what makes samples of them
     * @param batchSize samples per batch; may exceed the number of images, which then repeat within it
     * @param seed of the whole run
     * @param firstStep the step of the first batch, 0 unless a run is resumed
     * @param threads threads that prepare, one batch each at a time
     * @param ahead batches that are prepared or being prepared at any time
     */
    public BatchLoader(
            NormalSource normals,
            AnomalySynthesizer synthesizer,
            int batchSize,
            long seed,
            long firstStep,
            int threads,
            int ahead) {
        if (normals.size() == 0 || batchSize < 1 || firstStep < 0 || threads < 1 || ahead < 1) {
            throw new IllegalArgumentException(
                    "Images, batch size, threads and batches ahead must be positive and the first step not negative: "
                            + normals.size() + ", " + batchSize + ", " + threads + ", " + ahead + ", " + firstStep);
        }
        this.normals = normals;
        this.synthesizer = synthesizer;
        this.batchSize = batchSize;
        this.seed = seed;
        this.nextStep = firstStep;
        this.executor = DataThreads.start(threads, "draem-data");
        for (int i = 0; i < ahead; i++) {
            prepareNext();
        }
    }

    /**
     * Returns the batch of the next step, and waits until it is ready.
     *
     * @throws java.io.UncheckedIOException if an image had to be read again and could not be; {@link RuntimeException} or
     *     {@link Error}: a failure in preparing this batch
     */
    public Batch next() throws InterruptedException {
        Future<Batch> batch = prepared.remove();
        prepareNext();
        long start = System.nanoTime();
        try {
            return batch.get();
        } catch (ExecutionException e) {
            throw DataThreads.unchecked(e);
        } finally {
            waitedNanos += System.nanoTime() - start;
        }
    }

    /** Returns how long {@link #next()} has waited altogether. */
    public double waitedSeconds() {
        return waitedNanos / 1e9;
    }

    /** Returns the number of steps of one pass over the images, rounded up. */
    public int stepsPerEpoch() {
        return stepsPerEpoch(normals.size(), batchSize);
    }

    /** Returns the number of steps of one pass over a number of images, rounded up. */
    public static int stepsPerEpoch(int images, int batchSize) {
        return (images + batchSize - 1) / batchSize;
    }

    /**
     * Stops preparing; what is prepared already is dropped. Does not wait for a batch that is being prepared, which may
     * hang on a slow disk: its daemon thread ends after it.
     */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    /**
     * Makes one of the samples to validate with, the same for the same arguments: each image alternates between
     * unchanged and with an anomaly, and is neither rotated nor changed in brightness or contrast.
     *
     * @param heldOut normal images that are not trained on
     * @param samplesPerImage with 1 every second image gets an anomaly, with 2 each image comes once either way
     * @param index of the sample, 0 to {@code heldOut.size() * samplesPerImage}
     */
    public static Sample validationSample(
            NormalSource heldOut, AnomalySynthesizer synthesizer, int samplesPerImage, long seed, int index) {
        RandomGenerator random = RandomStreams.of(seed, "validation", index);
        Normal normal = heldOut.draw(index / samplesPerImage, random);
        return synthesizer.withoutNormalAugmentation().synthesize(normal, index % 2 == 1, random);
    }

    private void prepareNext() {
        long step = nextStep++;
        prepared.add(executor.submit(() -> prepare(step)));
    }

    private Batch prepare(long step) {
        int area = synthesizer.width() * synthesizer.height();
        float[] clean = new float[batchSize * 3 * area];
        float[] augmented = new float[batchSize * 3 * area];
        float[] mask = new float[batchSize * area];
        long epoch = -1;
        int[] order = {};
        for (int k = 0; k < batchSize; k++) {
            long position = step * batchSize + k;
            if (position / normals.size() != epoch) {
                epoch = position / normals.size();
                order = shuffle(normals.size(), RandomStreams.of(seed, "epoch", epoch));
            }
            int index = order[(int) (position % normals.size())];
            Normal normal = normals.draw(index, RandomStreams.of(seed, "crop", step, k));
            Sample sample = synthesizer.synthesize(normal, RandomStreams.of(seed, "sample", step, k));
            System.arraycopy(sample.clean(), 0, clean, k * 3 * area, 3 * area);
            System.arraycopy(sample.augmented(), 0, augmented, k * 3 * area, 3 * area);
            System.arraycopy(sample.mask(), 0, mask, k * area, area);
        }
        return new Batch(step, batchSize, clean, augmented, mask);
    }

    private static int[] shuffle(int size, RandomGenerator random) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
