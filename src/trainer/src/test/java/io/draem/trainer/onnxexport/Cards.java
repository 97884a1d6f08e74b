package io.draem.trainer.onnxexport;

import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Model cards for tests. */
public final class Cards {

    private Cards() {}

    public static ModelCard card(int width, int height) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        ObjectNode metrics = json.objectNode();
        metrics.putObject("image").put("auroc", 0.91);
        return new ModelCard(
                "golden",
                width,
                height,
                new Calibration(ThresholdRule.QUANTILE, 0.5, 0.5, 0, 1, 0, 1, 20, 0, 20),
                json.objectNode().put("seed", 7).put("note", "Größe \"quoted\""),
                metrics);
    }
}
