package io.draem.trainer.evaluation;

import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.text.Counted;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A set of images that notes, as they are loaded, which of them do not look like the training images of a model. */
public final class CheckedImages implements EvaluationSet {

    private final EvaluationSet images;
    private final ModelCard card;
    private final Map<String, InputCheck> unusual = new TreeMap<>();

    public CheckedImages(EvaluationSet images, ModelCard card) {
        this.images = images;
        this.card = card;
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public EvaluationImage load(int index) throws IOException {
        EvaluationImage image = images.load(index);
        InputCheck check = InputCheck.of(card.images(), image.frame().measures());
        if (!check.usual()) {
            unusual.put(image.id(), check);
        }
        return image;
    }

    /** Returns how many of the loaded images are unusual, with an example of each reason; null where none is. */
    public @Nullable String note() {
        if (unusual.isEmpty()) {
            return null;
        }
        Map<InputCheck.Kind, String> examples = new TreeMap<>();
        unusual.forEach((id, check) ->
                check.reasons().forEach(reason -> examples.putIfAbsent(reason.kind(), id + " is " + reason)));
        return "warning: " + unusual.size() + " of " + Counted.of(size(), "image")
                + Counted.verb(unusual.size(), " does", " do") + " not look like the model's training images: "
                + examples.values().stream().collect(Collectors.joining("; "));
    }

    /** Returns the unusual images, each with the ids of its reasons. */
    public ArrayNode toJson() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        unusual.forEach((id, check) -> {
            ArrayNode reasons = array.addObject().put("image", id).putArray("reasons");
            check.reasons().stream()
                    .map(reason -> reason.kind().id())
                    .distinct()
                    .forEach(reasons::add);
        });
        return array;
    }
}
