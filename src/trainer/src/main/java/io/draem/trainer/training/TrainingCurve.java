package io.draem.trainer.training;

import io.draem.trainer.loss.LossParts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is seen of a training: the losses, averaged over stretches of steps, the validations, and the speed. */
public final class TrainingCurve {

    /** Enough for a smooth picture, few enough for the metadata of a graph. */
    private static final int POINTS = 100;

    private static final String[] PARTS = {"total", "l2", "ssim", "focal", "sspcab"};

    private final long stretch;
    private final int batchSize;
    private final ArrayNode points = JsonNodeFactory.instance.arrayNode();
    private final List<ValidationFigures> validations = new ArrayList<>();
    private final double[] sums = new double[PARTS.length];
    private int summed;
    private double rate;
    private long done;
    private double seconds;
    private double waitedSeconds;

    TrainingCurve(long steps, int batchSize) {
        this.stretch = Math.max(1, steps / POINTS);
        this.batchSize = batchSize;
    }

    /**
     * Adds a step.
     *
     * @param took seconds of the whole step
     * @param waited seconds of them in which it waited for its batch
     */
    void add(long step, LossParts loss, double learningRate, double took, double waited) {
        double[] values = {loss.total(), loss.l2(), loss.ssim(), loss.focal(), loss.sspcab()};
        for (int i = 0; i < values.length; i++) {
            sums[i] += values[i];
        }
        summed++;
        rate = learningRate;
        done = step + 1;
        seconds += took;
        waitedSeconds += waited;
        if (summed == stretch) {
            addPoint();
        }
    }

    void add(ValidationFigures validation) {
        validations.add(validation);
    }

    private void addPoint() {
        ObjectNode point = points.addObject().put("step", done);
        for (int i = 0; i < PARTS.length; i++) {
            point.put(PARTS[i], sums[i] / summed);
        }
        point.put("learningRate", rate);
        Arrays.fill(sums, 0);
        summed = 0;
    }

    /** Ends the curve with the steps after the last whole stretch. */
    void finish() {
        if (summed > 0) {
            addPoint();
        }
    }

    public List<ValidationFigures> validations() {
        return Collections.unmodifiableList(validations);
    }

    /**
     * Returns the validation with the highest score, the first of equals. Without figures of pixels it is the last of
     * equals: the image AUROC of a few images is soon 1 and says no more from then on.
     */
    public Optional<ValidationFigures> best() {
        return validations.stream()
                .max(Comparator.comparingDouble(ValidationFigures::score)
                        .thenComparingLong(figures -> figures.hasPixelFigures() ? -figures.step() : figures.step()));
    }

    /** Returns how many validations came after the first with the highest score. */
    int validationsSinceBest() {
        double most =
                validations.stream().mapToDouble(ValidationFigures::score).max().orElse(0);
        for (int i = 0; i < validations.size(); i++) {
            if (validations.get(i).score() == most) {
                return validations.size() - 1 - i;
            }
        }
        return 0;
    }

    boolean isValidated(long step) {
        return !validations.isEmpty() && validations.get(validations.size() - 1).step() == step;
    }

    /** Returns training images a second, data loading included, validation left out. */
    public double imagesPerSecond() {
        return seconds > 0 ? done * batchSize / seconds : 0;
    }

    /** Returns the share of the time in which the training waited for data, validation left out. */
    public double waitedShare() {
        return seconds > 0 ? waitedSeconds / seconds : 0;
    }

    /**
     * Writes steps, seconds, images a second, the share of time that the loop waited for data, the loss curve, and the
     * validations.
     */
    public void writeTo(ObjectNode json) {
        json.put("steps", done);
        json.put("seconds", seconds);
        json.put("imagesPerSecond", imagesPerSecond());
        json.put("waitedForDataShare", waitedShare());
        json.set("lossCurve", points.deepCopy());
        ArrayNode curve = json.putArray("validationCurve");
        validations.forEach(validation -> validation.writeTo(curve.addObject()));
    }

    /** Returns all that {@link #restore} needs. */
    ObjectNode state() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        writeTo(state);
        state.put("waitedSeconds", waitedSeconds);
        state.put("summed", summed);
        state.put("learningRate", rate);
        ArrayNode sumsSoFar = state.putArray("sums");
        for (double sum : sums) {
            sumsSoFar.add(sum);
        }
        return state;
    }

    /** Restores a {@link #state}; missing values are those of the start. */
    void restore(JsonNode state) {
        for (JsonNode point : state.path("lossCurve")) {
            points.add(point);
        }
        for (JsonNode validation : state.path("validationCurve")) {
            validations.add(ValidationFigures.read(validation));
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = state.path("sums").path(i).asDouble(0);
        }
        done = state.path("steps").asLong(0);
        seconds = state.path("seconds").asDouble(0);
        waitedSeconds = state.path("waitedSeconds").asDouble(0);
        summed = state.path("summed").asInt(0);
        rate = state.path("learningRate").asDouble(0);
    }
}
