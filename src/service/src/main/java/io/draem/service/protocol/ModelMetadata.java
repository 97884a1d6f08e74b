package io.draem.service.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.service.models.ServedModel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model, as the protocol describes models.
 *
 * @param name its name
 * @param versions the versions that are served
 * @param platform the kind of model
 * @param inputs the tensor that it takes, of one tile where images are cut; encoded images go into the same one
 * @param outputs the tensors that it returns; where images are cut, those of an image have the size of its frame
 * @param parameters how images are cut; null where they are not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelMetadata(
        String name,
        List<String> versions,
        String platform,
        List<Tensor> inputs,
        List<Tensor> outputs,
        @Nullable Parameters parameters) {

    private static final int ANY = -1;

    /**
     * How images are cut into tiles, each of which is one tensor.
     *
     * @param tiled always true
     * @param tileOverlap smallest number of pixels that neighboring tiles share
     * @param tileMargin pixels outside the frame that the tiles at its border cover
     * @param frameScale factor or size to which an image is scaled before it is cut
     * @param blending how the maps of tiles are joined
     * @param imageScore where the score of an image comes from
     */
    public record Parameters(
            boolean tiled,
            @JsonProperty("tile_overlap") int tileOverlap,
            @JsonProperty("tile_margin") int tileMargin,
            @JsonProperty("frame_scale") String frameScale,
            String blending,
            @JsonProperty("image_score") String imageScore) {

        private static @Nullable Parameters of(Framing framing) {
            Tiling tiling = framing.tiling();
            return tiling == null
                    ? null
                    : new Parameters(
                            true,
                            tiling.overlap(),
                            tiling.margin(),
                            tiling.scale().toString(),
                            Tiling.BLENDING,
                            framing.score().id());
        }
    }

    /**
     * A tensor of float32.
     *
     * @param shape its sides; -1 for any
     */
    public record Tensor(String name, String datatype, List<Integer> shape) {

        static Tensor of(String name, Integer... shape) {
            return new Tensor(name, "FP32", List.of(shape));
        }
    }

    /** Describes a model, and says which of its versions are served. */
    static ModelMetadata of(ServedModel model, List<ServedModel> versions) {
        ModelCard card = model.card();
        boolean tiled = card.framing().tiling() != null;
        Tensor input = Tensor.of(ModelContract.INPUT, ANY, 3, card.height(), card.width());
        List<Tensor> outputs = new ArrayList<>();
        outputs.add(Tensor.of(ModelContract.PRED_SCORE, ANY));
        outputs.add(Tensor.of(
                ModelContract.ANOMALY_MAP, ANY, tiled ? ANY : model.mapHeight(), tiled ? ANY : model.mapWidth()));
        if (model.reconstructs()) {
            outputs.add(Tensor.of(
                    ModelContract.RECONSTRUCTION, ANY, 3, tiled ? ANY : card.height(), tiled ? ANY : card.width()));
        }
        return new ModelMetadata(
                model.name(),
                versions.stream()
                        .map(served -> Integer.toString(served.version()))
                        .toList(),
                "onnx_onnxv1",
                List.of(input),
                outputs,
                Parameters.of(card.framing()));
    }
}
