package io.draem.model;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a graph says of itself in its metadata: input, calibration, training and figures.
 *
 * @param model name of the model
 * @param width input width in pixels; in metadata a multiple of {@value ModelContract#SIZE_MULTIPLE}
 * @param height input height in pixels; in metadata a multiple of {@value ModelContract#SIZE_MULTIPLE}
 * @param calibration thresholds and ranges
 * @param training every training option, seed, data digest and git commit
 * @param metrics figures of the evaluation
 * @param export format of the graph's numbers and what that format changed; empty where it is not known
 * @param images what the training images looked like; null where it is not known
 * @param whiteLevel stored value of 16-bit samples that is white where an image does not declare it, 256 to 65535; empty
 *     for the full range
 * @param minRegionArea fewest pixels of the original image that a region of this model has; null leaves it to whoever runs
 *     the graph
 */
public record ModelCard(
        String model,
        int width,
        int height,
        Calibration calibration,
        ObjectNode training,
        ObjectNode metrics,
        ObjectNode export,
        @Nullable ImageProfile images,
        OptionalInt whiteLevel,
        @Nullable Integer minRegionArea) {

    /** The only resize filter so far: a triangle filter, widened when it shrinks (antialiased bilinear). */
    public static final String RESIZE = "antialiased-bilinear";

    /** The only channel order so far. */
    public static final String COLOUR = "RGB";

    /** Largest value that a model may name as its smallest area of regions. */
    public static final int MAX_REGION_AREA = 999_999_999;

    private static final String MIN_REGION_AREA = "region.min-area";
    /** The smallest white level; samples that need 8 bits or fewer are stored in 8 bits. */
    public static final int LEAST_WHITE_LEVEL = 256;

    /** The largest white level, the full range of 16 bits. */
    public static final int MOST_WHITE_LEVEL = 65535;

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    public ModelCard {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(calibration, "calibration");
        Objects.requireNonNull(training, "training");
        Objects.requireNonNull(metrics, "metrics");
        Objects.requireNonNull(export, "export");
        if (whiteLevel.isPresent()) {
            requireWhiteLevel("input.white-level", whiteLevel.getAsInt());
        }
        requireSide("input.width", width, 1);
        requireSide("input.height", height, 1);
        if (minRegionArea != null && (minRegionArea < 1 || minRegionArea > MAX_REGION_AREA)) {
            throw new IllegalArgumentException(
                    MIN_REGION_AREA + " must be 1 to " + MAX_REGION_AREA + " pixels, got " + minRegionArea);
        }
    }

    /** Makes the card of a graph of which the format is not known. */
    public ModelCard(
            String model, int width, int height, Calibration calibration, ObjectNode training, ObjectNode metrics) {
        this(model, width, height, calibration, training, metrics, JSON.createObjectNode());
    }

    /** Makes the card of a graph of which the training images are not known. */
    public ModelCard(
            String model,
            int width,
            int height,
            Calibration calibration,
            ObjectNode training,
            ObjectNode metrics,
            ObjectNode export) {
        this(model, width, height, calibration, training, metrics, export, null, OptionalInt.empty(), null);
    }

    /** Returns the card with what the training images looked like. */
    public ModelCard withImages(@Nullable ImageProfile profile) {
        return new ModelCard(
                model, width, height, calibration, training, metrics, export, profile, whiteLevel, minRegionArea);
    }

    /** Returns the card with the white level of 16-bit images. */
    public ModelCard withWhiteLevel(OptionalInt level) {
        return new ModelCard(
                model, width, height, calibration, training, metrics, export, images, level, minRegionArea);
    }

    /**
     * Returns the fewest pixels of a region: as given, else the model's own, else the default.
     *
     * @param given null where a request says nothing of it
     */
    public int minRegionArea(@Nullable Integer given, int otherwise) {
        return given != null ? given : minRegionArea != null ? minRegionArea : otherwise;
    }

    /** Returns the card with another smallest area of regions; null for none of the model's own. */
    public ModelCard withMinRegionArea(@Nullable Integer area) {
        return new ModelCard(model, width, height, calibration, training, metrics, export, images, whiteLevel, area);
    }

    /**
     * Does nothing for a white level that an image of 16 bits can have.
     *
     * @param name what gave it, for the message
     * @throws IllegalArgumentException if it is none
     */
    public static void requireWhiteLevel(String name, int level) {
        if (level < LEAST_WHITE_LEVEL || level > MOST_WHITE_LEVEL) {
            throw new IllegalArgumentException(
                    name + " must be between " + LEAST_WHITE_LEVEL + " and " + MOST_WHITE_LEVEL + ", got " + level);
        }
    }

    /**
     * Returns the card as metadata, keys with the prefix {@value ModelContract#METADATA_PREFIX}.
     *
     * @throws IllegalArgumentException if a side is no multiple of {@value ModelContract#SIZE_MULTIPLE}
     */
    public Map<String, String> toMetadata() {
        requireContractSides();
        ObjectNode counts = JSON.createObjectNode()
                .put("normal", calibration.normalImages())
                .put("anomalous", calibration.anomalousImages())
                .put("synthetic", calibration.syntheticImages())
                .put("normalPixels", calibration.normalPixels())
                .put("anomalousPixels", calibration.anomalousPixels())
                .put("masked", calibration.maskedImages());
        if (calibration.ruleValue() != null) {
            counts.put("ruleValue", calibration.ruleValue());
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        int version = whiteLevel.isPresent() ? ModelContract.WHITE_LEVEL_VERSION : ModelContract.VERSION;
        put(metadata, "version", Integer.toString(version));
        put(metadata, "model", model);
        put(metadata, "input.width", Integer.toString(width));
        put(metadata, "input.height", Integer.toString(height));
        put(metadata, "input.colour", COLOUR);
        put(metadata, "resize", RESIZE);
        if (whiteLevel.isPresent()) {
            put(metadata, "input.white-level", Integer.toString(whiteLevel.getAsInt()));
        }
        put(metadata, "threshold.image", Double.toString(calibration.imageThreshold()));
        put(metadata, "threshold.pixel", Double.toString(calibration.pixelThreshold()));
        put(metadata, "threshold.rule", calibration.rule().id());
        put(metadata, "score.min", Double.toString(calibration.scoreMin()));
        put(metadata, "score.max", Double.toString(calibration.scoreMax()));
        put(metadata, "map.min", Double.toString(calibration.mapMin()));
        put(metadata, "map.max", Double.toString(calibration.mapMax()));
        put(metadata, "calibration", counts.toString());
        put(metadata, "training", training.toString());
        put(metadata, "metrics", metrics.toString());
        if (!export.isEmpty()) {
            put(metadata, "export", export.toString());
        }
        if (images != null) {
            put(metadata, "images", images.toJson().toString());
        }
        if (minRegionArea != null) {
            put(metadata, MIN_REGION_AREA, Integer.toString(minRegionArea));
        }
        return metadata;
    }

    /**
     * Reads a card from a graph's metadata; keys without the prefix are ignored.
     *
     * @throws ModelCardException if the version is another, or a value is missing or wrong; the message names the key
     */
    public static ModelCard fromMetadata(Map<String, String> metadata) throws ModelCardException {
        int version = integer(metadata, "version");
        if (version != ModelContract.VERSION && version != ModelContract.WHITE_LEVEL_VERSION) {
            throw new ModelCardException("draem.version is " + version + ", but only " + ModelContract.VERSION + " and "
                    + ModelContract.WHITE_LEVEL_VERSION
                    + " are read here: export the model again with a trainer of this release");
        }
        requireEqual(metadata, "input.colour", COLOUR);
        requireEqual(metadata, "resize", RESIZE);
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
                    counts.path("masked")
                            .asInt(counts.path("anomalous").asInt(0)
                                    + counts.path("synthetic").asInt(0)),
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
                            metadata.containsKey(ModelContract.METADATA_PREFIX + "export")
                                    ? json(metadata, "export")
                                    : JSON.createObjectNode(),
                            metadata.containsKey(ModelContract.METADATA_PREFIX + "images")
                                    ? ImageProfile.fromJson(json(metadata, "images"))
                                    : null,
                            metadata.containsKey(ModelContract.METADATA_PREFIX + "input.white-level")
                                    ? OptionalInt.of(integer(metadata, "input.white-level"))
                                    : OptionalInt.empty(),
                            metadata.containsKey(ModelContract.METADATA_PREFIX + MIN_REGION_AREA)
                                    ? (Integer) integer(metadata, MIN_REGION_AREA)
                                    : null)
                    .requireContractSides();
        } catch (IllegalArgumentException e) {
            throw new ModelCardException("The graph's draem.* metadata is wrong: " + e.getMessage()
                    + "; correct it, or export the model again");
        }
    }

    private static void put(Map<String, String> metadata, String key, String value) {
        metadata.put(ModelContract.METADATA_PREFIX + key, value);
    }

    private static String text(Map<String, String> metadata, String key) throws ModelCardException {
        String value = metadata.get(ModelContract.METADATA_PREFIX + key);
        if (value == null || value.isBlank()) {
            throw new ModelCardException("The graph's metadata lacks draem." + key);
        }
        return value;
    }

    private static void requireEqual(Map<String, String> metadata, String key, String only) throws ModelCardException {
        String value = text(metadata, key);
        if (!value.equals(only)) {
            throw new ModelCardException("draem." + key + " is '" + value + "', but only '" + only + "' is known");
        }
    }

    private static int integer(Map<String, String> metadata, String key) throws ModelCardException {
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
            // told below: the parser's own message would quote the value
        }
        throw new ModelCardException("draem." + key + " is not a JSON object");
    }

    /** A graph of the contract has no resize inside, so its network must be able to halve its sides. */
    private ModelCard requireContractSides() {
        requireSide("input.width", width, ModelContract.SIZE_MULTIPLE);
        requireSide("input.height", height, ModelContract.SIZE_MULTIPLE);
        return this;
    }

    private static void requireSide(String name, int side, int multiple) {
        if (side < multiple || side > ModelContract.MAX_SIDE || side % multiple != 0) {
            throw new IllegalArgumentException(
                    name + " must be a multiple of " + multiple + " up to " + ModelContract.MAX_SIDE + ", got " + side);
        }
    }
}
