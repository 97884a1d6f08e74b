package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a report shows of a training and only the {@code metrics.json} beside its graph holds: losses, validations, parity. */
public final class TrainingCurves {

    private static final List<String> PARTS = List.of("lossCurve", "validationCurve", "validationInTraining", "parity");

    private TrainingCurves() {}

    /**
     * Returns them; empty where the file is missing or of another training.
     *
     * @param warnings receives a line where the file cannot be read
     */
    public static ObjectNode beside(Path graph, ModelCard card, Consumer<String> warnings) {
        ObjectNode curves = JsonNodeFactory.instance.objectNode();
        Path file = graph.resolveSibling("metrics.json");
        if (!Files.isRegularFile(file)) {
            return curves;
        }
        try {
            JsonNode trained = JsonMapper.shared().readTree(Files.readString(file));
            if (trained.path("training").equals(card.training())) {
                PARTS.stream().filter(trained::has).forEach(part -> curves.set(part, trained.path(part)));
            }
        } catch (IOException | JacksonException e) {
            warnings.accept("warning: " + file + " is not read: " + e.getMessage());
        }
        return curves;
    }
}
