package io.draem.model;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.score.Calibration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Description of a model in the metadata of its graph: input, calibration, training and metrics.
 *
 * @param model name of the model
 * @param width input width in pixels; in metadata a multiple of {@value ModelContract#SIZE_MULTIPLE}
 * @param height input height in pixels; in metadata a multiple of {@value ModelContract#SIZE_MULTIPLE}
 * @param calibration thresholds and ranges
 * @param training every training option, seed, data digest and git commit
 * @param metrics metrics of the evaluation
 * @param export format of the graph's numbers and what that format changed; empty where unknown
 * @param images statistics of the training images; null where unknown
 * @param whiteLevel stored value of 16-bit samples that is white where an image does not declare it, 256 to 65535;
 *     empty for the full range
 * @param minRegionArea fewest pixels of the original image that a region of this model has; null for the default of the
 *     program that runs the graph
 * @param framing what of an image counts, and how it becomes inputs
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
        @Nullable Integer minRegionArea,
        Framing framing) {

    /** The only resize filter so far: a triangle filter, widened when it shrinks (antialiased bilinear). */
    public static final String RESIZE = "antialiased-bilinear";

    /** The only channel order so far. */
    public static final String CHANNEL_ORDER = "RGB";

    /** Largest value that a model may name as its smallest area of regions. */
    public static final int MAX_REGION_AREA = 999_999_999;

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
            requireWhiteLevel(ModelMetadata.WHITE_LEVEL, whiteLevel.getAsInt());
        }
        Tiling tiling = framing.tiling();
        if (tiling != null) {
            tiling.requireFits(new FrameSize(width, height));
        }
        requireSide("input.width", width, 1);
        requireSide("input.height", height, 1);
        if (minRegionArea != null && (minRegionArea < 1 || minRegionArea > MAX_REGION_AREA)) {
            throw new IllegalArgumentException(ModelMetadata.MIN_REGION_AREA + " must be 1 to " + MAX_REGION_AREA
                    + " pixels, got " + minRegionArea);
        }
    }

    /** Makes the card of a graph of unknown format. */
    public ModelCard(
            String model, int width, int height, Calibration calibration, ObjectNode training, ObjectNode metrics) {
        this(model, width, height, calibration, training, metrics, JSON.createObjectNode());
    }

    /** Makes the card of a graph with unknown training images. */
    public ModelCard(
            String model,
            int width,
            int height,
            Calibration calibration,
            ObjectNode training,
            ObjectNode metrics,
            ObjectNode export) {
        this(
                model,
                width,
                height,
                calibration,
                training,
                metrics,
                export,
                null,
                OptionalInt.empty(),
                null,
                Framing.WHOLE);
    }

    /** Returns the card with the statistics of the training images. */
    public ModelCard withImages(@Nullable ImageProfile profile) {
        return new ModelCard(
                model,
                width,
                height,
                calibration,
                training,
                metrics,
                export,
                profile,
                whiteLevel,
                minRegionArea,
                framing);
    }

    /** Returns the card with the white level of 16-bit images. */
    public ModelCard withWhiteLevel(OptionalInt level) {
        return new ModelCard(
                model, width, height, calibration, training, metrics, export, images, level, minRegionArea, framing);
    }

    /**
     * Returns the fewest pixels of a region: the given number, else that of the model, else the default.
     *
     * @param given null where a request does not set it
     */
    public int minRegionArea(@Nullable Integer given, int otherwise) {
        return given != null ? given : minRegionArea != null ? minRegionArea : otherwise;
    }

    /** Returns the card with another smallest area of regions; null for none of the model's own. */
    public ModelCard withMinRegionArea(@Nullable Integer area) {
        return new ModelCard(
                model, width, height, calibration, training, metrics, export, images, whiteLevel, area, framing);
    }

    /** Returns the card with another way to take images. */
    public ModelCard withFraming(Framing other) {
        return new ModelCard(
                model, width, height, calibration, training, metrics, export, images, whiteLevel, minRegionArea, other);
    }

    /** Returns the card with another calibration. */
    public ModelCard withCalibration(Calibration other) {
        return new ModelCard(
                model, width, height, other, training, metrics, export, images, whiteLevel, minRegionArea, framing);
    }

    /** Returns the size of the network's input, which is that of a tile where images are cut. */
    public FrameSize input() {
        return new FrameSize(width, height);
    }

    /**
     * Checks that an image of 16 bits can have a white level.
     *
     * @param name name of the option or key, for the message
     * @throws IllegalArgumentException if it is out of range
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
        return ModelMetadata.write(this);
    }

    /**
     * Reads a card from a graph's metadata; keys without the prefix are ignored.
     *
     * @throws ModelCardException if the version is another, or a value is missing or wrong; the message names the key
     */
    public static ModelCard fromMetadata(Map<String, String> metadata) throws ModelCardException {
        return ModelMetadata.read(metadata);
    }

    /** A graph of the contract has no resize inside, so its network must be able to halve the sides. */
    ModelCard requireContractSides() {
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
