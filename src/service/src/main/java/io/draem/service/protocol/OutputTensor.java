package io.draem.service.protocol;

import io.draem.model.ModelContract;
import io.draem.service.detection.Prediction;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The tensors that a model can give. */
enum OutputTensor {
    PRED_SCORE(ModelContract.PRED_SCORE) {
        @Override
        float[] values(Prediction prediction) {
            return new float[] {(float) prediction.score()};
        }

        @Override
        int[] sides(Prediction prediction) {
            return new int[0];
        }
    },

    ANOMALY_MAP(ModelContract.ANOMALY_MAP) {
        @Override
        float[] values(Prediction prediction) {
            return prediction.map().values();
        }

        @Override
        int[] sides(Prediction prediction) {
            return new int[] {prediction.map().height(), prediction.map().width()};
        }
    },

    RECONSTRUCTION(ModelContract.RECONSTRUCTION) {
        @Override
        float[] values(Prediction prediction) {
            return Objects.requireNonNull(prediction.reconstruction(), "it was requested");
        }

        @Override
        int[] sides(Prediction prediction) {
            return new int[] {3, prediction.frame().height(), prediction.frame().width()};
        }
    };

    /** What is given to who names no output. */
    static final List<OutputTensor> DEFAULT = List.of(PRED_SCORE, ANOMALY_MAP);

    private final String id;

    OutputTensor(String id) {
        this.id = id;
    }

    /** Returns the name in requests and answers. */
    String id() {
        return id;
    }

    /** Returns the elements of one image, row-major. */
    abstract float[] values(Prediction prediction);

    /** Returns the shape for one image. */
    abstract int[] sides(Prediction prediction);

    /** Returns the shape over all images, of which there is at least one. */
    int[] shape(List<Prediction> predictions) {
        int[] sides = sides(predictions.get(0));
        int[] shape = new int[sides.length + 1];
        shape[0] = predictions.size();
        System.arraycopy(sides, 0, shape, 1, sides.length);
        return shape;
    }

    static Optional<OutputTensor> of(String id) {
        return Arrays.stream(values()).filter(output -> output.id.equals(id)).findFirst();
    }
}
