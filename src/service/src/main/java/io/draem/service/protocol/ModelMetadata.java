package io.draem.service.protocol;

import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.service.models.ServedModel;
import java.util.ArrayList;
import java.util.List;

/**
 * A model, as the protocol describes models.
 *
 * @param name its name
 * @param versions the versions that are served
 * @param platform the kind of model
 * @param inputs the tensor that it takes; encoded images go into the same one
 * @param outputs the tensors that it gives
 */
record ModelMetadata(String name, List<String> versions, String platform, List<Tensor> inputs, List<Tensor> outputs) {

    private static final int ANY = -1;

    /**
     * A tensor of float32.
     *
     * @param shape its sides; -1 for any
     */
    record Tensor(String name, String datatype, List<Integer> shape) {

        static Tensor of(String name, Integer... shape) {
            return new Tensor(name, "FP32", List.of(shape));
        }
    }

    /** Describes a model, and says which of its versions are served. */
    static ModelMetadata of(ServedModel model, List<ServedModel> versions) {
        ModelCard card = model.card();
        Tensor input = Tensor.of(ModelContract.INPUT, ANY, 3, card.height(), card.width());
        List<Tensor> outputs = new ArrayList<>();
        outputs.add(Tensor.of(ModelContract.PRED_SCORE, ANY));
        outputs.add(Tensor.of(ModelContract.ANOMALY_MAP, ANY, model.mapHeight(), model.mapWidth()));
        if (model.reconstructs()) {
            outputs.add(Tensor.of(ModelContract.RECONSTRUCTION, ANY, 3, card.height(), card.width()));
        }
        return new ModelMetadata(
                model.name(),
                versions.stream()
                        .map(served -> Integer.toString(served.version()))
                        .toList(),
                "onnx_onnxv1",
                List.of(input),
                outputs);
    }
}
