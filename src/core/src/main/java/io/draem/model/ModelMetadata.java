package io.draem.model;

import io.draem.frame.Framing;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes model cards to the metadata of graphs and reads them from it. */
final class ModelMetadata {

    static final String WHITE_LEVEL = "input.white-level";
    static final String MIN_REGION_AREA = "region.min-area";

    /** All keys of the input: one that is not known may change how images are taken. */
    static final Set<String> INPUT_KEYS = Set.of("input.width", "input.height", "input.colour", WHITE_LEVEL);

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private ModelMetadata() {}

    static Map<String, String> write(ModelCard card) {
        Calibration calibration = card.calibration();
        ObjectNode counts = JSON.createObjectNode()
                .put("normal", calibration.normalImages())
                .put("anomalous", calibration.anomalousImages())
                .put("synthetic", calibration.syntheticImages())
                .put("normalPixels", calibration.normalPixels())
                .put("anomalousPixels", calibration.anomalousPixels())
                .put("masked", calibration.maskedImages());
        if (calibration.normalAbove() != null) {
            counts.put("normalAbove", calibration.normalAbove());
        }
        if (calibration.ruleValue() != null) {
            counts.put("ruleValue", calibration.ruleValue());
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        boolean whole = card.framing().equals(Framing.WHOLE);
        int version = whole && card.whiteLevel().isEmpty() ? ModelContract.VERSION : ModelContract.FRAMES_VERSION;
        put(metadata, "version", Integer.toString(version));
        put(metadata, "model", card.model());
        put(metadata, "input.width", Integer.toString(card.width()));
        put(metadata, "input.height", Integer.toString(card.height()));
        put(metadata, "input.colour", ModelCard.CHANNEL_ORDER);
        put(metadata, "resize", ModelCard.RESIZE);
        if (card.whiteLevel().isPresent()) {
            put(metadata, WHITE_LEVEL, Integer.toString(card.whiteLevel().getAsInt()));
        }
        FramingMetadata.write(card, metadata);
        put(metadata, "threshold.image", Double.toString(calibration.imageThreshold()));
        put(metadata, "threshold.pixel", Double.toString(calibration.pixelThreshold()));
        put(metadata, "threshold.rule", calibration.rule().id());
        put(metadata, "score.min", Double.toString(calibration.scoreMin()));
        put(metadata, "score.max", Double.toString(calibration.scoreMax()));
        put(metadata, "map.min", Double.toString(calibration.mapMin()));
        put(metadata, "map.max", Double.toString(calibration.mapMax()));
        put(metadata, "calibration", counts.toString());
        put(metadata, "training", card.training().toString());
        put(metadata, "metrics", card.metrics().toString());
        if (!card.export().isEmpty()) {
            put(metadata, "export", card.export().toString());
        }
        ImageProfile images = card.images();
        if (images != null) {
            put(metadata, "images", images.toJson().toString());
        }
        Integer minRegionArea = card.minRegionArea();
        if (minRegionArea != null) {
            put(metadata, MIN_REGION_AREA, Integer.toString(minRegionArea));
        }
        return metadata;
    }

    static ModelCard read(Map<String, String> metadata) throws ModelCardException {
        int version = integer(metadata, "version");
        if (version != ModelContract.VERSION && version != ModelContract.FRAMES_VERSION) {
            throw new ModelCardException("draem.version is " + version + ", but only " + ModelContract.VERSION + " and "
                    + ModelContract.FRAMES_VERSION
                    + " are supported: export the model again with a trainer of this release");
        }
        FramingMetadata.requireKnownKeys(metadata, version);
        requireEqual(metadata, "input.colour", ModelCard.CHANNEL_ORDER);
        requireEqual(metadata, "resize", ModelCard.RESIZE);
        ObjectNode counts = json(metadata, "calibration");
        try {
            Calibration calibration = new Calibration(
                    ThresholdRule.ofId(text(metadata, "threshold.rule")),
                    number(metadata, "threshold.image"),
                    number(metadata, "threshold.pixel"),
                    number(metadata, "score.min"),
                    number(metadata, "score.max"),
                    number(metadata, "map.min"),
                    number(metadata, "map.max"),
                    counts.path("normal").asInt(0),
                    counts.path("anomalous").asInt(0),
                    counts.path("synthetic").asInt(0),
                    counts.path("normalPixels").asLong(0),
                    counts.path("anomalousPixels").asLong(0),
                    counts.path("masked").asInt((int) Math.min(
                            Integer.MAX_VALUE,
                            (long) counts.path("anomalous").asInt(0)
                                    + counts.path("synthetic").asInt(0))),
                    normalAbove(counts),
                    counts.path("ruleValue").isNumber()
                            ? counts.path("ruleValue").asDouble()
                            : null);
            return new ModelCard(
                            text(metadata, "model"),
                            integer(metadata, "input.width"),
                            integer(metadata, "input.height"),
                            calibration,
                            json(metadata, "training"),
                            json(metadata, "metrics"),
                            has(metadata, "export") ? json(metadata, "export") : JSON.createObjectNode(),
                            has(metadata, "images") ? ImageProfile.fromJson(json(metadata, "images")) : null,
                            has(metadata, WHITE_LEVEL)
                                    ? OptionalInt.of(integer(metadata, WHITE_LEVEL))
                                    : OptionalInt.empty(),
                            has(metadata, MIN_REGION_AREA) ? (Integer) integer(metadata, MIN_REGION_AREA) : null,
                            FramingMetadata.read(metadata))
                    .requireContractSides();
        } catch (IllegalArgumentException e) {
            throw new ModelCardException("The graph's draem.* metadata is wrong: " + e.getMessage()
                    + "; correct it, or export the model again");
        }
    }

    private static @Nullable Integer normalAbove(ObjectNode counts) {
        JsonNode above = counts.path("normalAbove");
        if (!above.isMissingNode() && !above.isInt()) {
            throw new IllegalArgumentException("draem.calibration.normalAbove is not a whole number");
        }
        return above.isInt() ? (Integer) above.asInt() : null;
    }

    static void put(Map<String, String> metadata, String key, String value) {
        metadata.put(ModelContract.METADATA_PREFIX + key, value);
    }

    static boolean has(Map<String, String> metadata, String key) {
        return metadata.containsKey(ModelContract.METADATA_PREFIX + key);
    }

    static String text(Map<String, String> metadata, String key) throws ModelCardException {
        String value = metadata.get(ModelContract.METADATA_PREFIX + key);
        if (value == null || value.isBlank()) {
            throw new ModelCardException("The graph's metadata lacks draem." + key);
        }
        return value;
    }

    static void requireEqual(Map<String, String> metadata, String key, String only) throws ModelCardException {
        String value = text(metadata, key);
        if (!value.equals(only)) {
            throw new ModelCardException("draem." + key + " is '" + value + "', but only '" + only + "' is known");
        }
    }

    static int integer(Map<String, String> metadata, String key) throws ModelCardException {
        String value = text(metadata, key);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new ModelCardException("draem." + key + " is '" + value + "', not a whole number");
        }
    }

    private static double number(Map<String, String> metadata, String key) throws ModelCardException {
        String value = text(metadata, key);
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new ModelCardException("draem." + key + " is '" + value + "', not a number");
        }
    }

    private static ObjectNode json(Map<String, String> metadata, String key) throws ModelCardException {
        try {
            if (JSON.readTree(text(metadata, key)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            // reported below: the parser's own message would quote the value
        }
        throw new ModelCardException("draem." + key + " is not a JSON object");
    }
}
