package io.draem.service.protocol;

import io.draem.model.ModelContract;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Prediction;
import io.draem.text.SafeText;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The tensors that a model can give. */
public enum OutputTensor {
    PRED_SCORE(ModelContract.PRED_SCORE) {
        @Override
        public float[] values(Prediction prediction) {
            return new float[] {(float) prediction.score()};
        }

        @Override
        public int[] sides(Prediction prediction) {
            return new int[0];
        }
    },

    ANOMALY_MAP(ModelContract.ANOMALY_MAP) {
        @Override
        public float[] values(Prediction prediction) {
            return prediction.map().values();
        }

        @Override
        public int[] sides(Prediction prediction) {
            return new int[] {prediction.map().height(), prediction.map().width()};
        }
    },

    RECONSTRUCTION(ModelContract.RECONSTRUCTION) {
        @Override
        public float[] values(Prediction prediction) {
            return Objects.requireNonNull(prediction.reconstruction(), "it was requested");
        }

        @Override
        public int[] sides(Prediction prediction) {
            return new int[] {3, prediction.frame().height(), prediction.frame().width()};
        }
    };

    /** What is given to who names no output. */
    public static final List<OutputTensor> DEFAULT = List.of(PRED_SCORE, ANOMALY_MAP);

    private final String id;

    OutputTensor(String id) {
        this.id = id;
    }

    /** Returns the name in requests and answers. */
    public String id() {
        return id;
    }

    /** Returns the elements of one image, row-major. */
    public abstract float[] values(Prediction prediction);

    /** Returns the shape for one image. */
    public abstract int[] sides(Prediction prediction);

    /** Returns the shape over all images, of which there is at least one. */
    public int[] shape(List<Prediction> predictions) {
        int[] sides = sides(predictions.get(0));
        int[] shape = new int[sides.length + 1];
        shape[0] = predictions.size();
        System.arraycopy(sides, 0, shape, 1, sides.length);
        return shape;
    }

    /**
     * Returns the tensor of a name.
     *
     * @throws DetectionException if there is none, or no name
     */
    public static OutputTensor require(@Nullable String id) throws DetectionException {
        return Arrays.stream(values())
                .filter(output -> output.id.equals(id))
                .findFirst()
                .orElseThrow(() -> Invalid.request(
                        "Each output needs a name, one of pred_score, anomaly_map and reconstruction, got "
                                + (id == null ? "none" : SafeText.quoted(id))));
    }

    /** Refuses a tensor that a request has named before. */
    public static void requireOnce(List<OutputTensor> before, OutputTensor tensor) throws DetectionException {
        if (before.contains(tensor)) {
            throw Invalid.request("An output is requested twice: name each once");
        }
    }
}
