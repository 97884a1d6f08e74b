package io.draem.runtime.onnx;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs a graph at every batch size, on images that resemble photographs, and checks the results. */
final class WarmUp {

    /**
     * Largest difference between the results of one image alone and in a batch. Kernels, and so the rounding of reduced
     * precision, may differ with the batch size.
     */
    private static final double LARGEST_DIFFERENCE = 0.1;

    private final OnnxModel model;
    private Duration runTime = Duration.ZERO;

    private WarmUp(OnnxModel model) {
        this.model = model;
    }

    /**
     * Returns the time per image of the last run, at the largest batch size.
     *
     * @throws IllegalStateException if a result is not usable; the message names the value and the remedy
     */
    static Duration run(OnnxModel model) throws RunFailedException {
        WarmUp warmUp = new WarmUp(model);
        List<ModelInput> images = WarmUpImage.pair(model.card());
        List<ModelOutput> alone = new ArrayList<>();
        for (ModelInput image : images) {
            alone.addAll(warmUp.run(List.of(new ModelInput(image.pixels(), model.reconstructs()))));
        }
        for (int size = 2; size <= model.maxBatchSize(); size++) {
            List<ModelInput> batch = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                batch.add(images.get(i % images.size()));
            }
            List<ModelOutput> together = warmUp.run(batch);
            for (int i = 0; i < size; i++) {
                requireSame(alone.get(i % images.size()), together.get(i), size);
            }
        }
        return warmUp.runTime;
    }

    private List<ModelOutput> run(List<ModelInput> batch) throws RunFailedException {
        long start = System.nanoTime();
        List<ModelOutput> outputs = model.run(batch, new Termination());
        runTime = Duration.ofNanos((System.nanoTime() - start) / batch.size());
        outputs.forEach(model::check);
        return outputs;
    }

    private static void requireSame(ModelOutput alone, ModelOutput together, int batchSize) {
        float[] expected = alone.map().values();
        float[] values = together.map().values();
        double difference = 0;
        for (int i = 0; i < values.length; i++) {
            difference += Math.abs(values[i] - expected[i]);
        }
        if (Math.abs(together.score() - alone.score()) > LARGEST_DIFFERENCE
                || difference / values.length > LARGEST_DIFFERENCE) {
            throw new IllegalStateException("An image has the score " + alone.score() + " alone and " + together.score()
                    + " in a batch of " + batchSize + ", and its map differs by " + difference / values.length
                    + " on average: export the model in evaluation mode, so that images in a batch do not influence each"
                    + " other");
        }
    }
}
