package io.draem.model;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the metadata of a graph how it takes images, and reads it. A graph whose images count as a whole and are
 * resized to one input has none of these keys, and is of version 1.
 */
final class FramingMetadata {

    private static final String SCALE = "frame.scale";
    private static final String WIDTH = "tile.width";
    private static final String HEIGHT = "tile.height";
    private static final String OVERLAP = "tile.overlap";
    private static final String MARGIN = "tile.margin";
    private static final String BLENDING = "tile.blending";
    private static final String PADDING = "tile.padding";
    private static final String SCORE = "image-score";
    private static final String REGION = "roi";

    /** The region of interest of a model that leaves it to each request. */
    private static final String REQUEST = "request";

    private static final Set<String> KEYS =
            Set.of(SCALE, WIDTH, HEIGHT, OVERLAP, MARGIN, BLENDING, PADDING, SCORE, REGION);

    /** What may change how images are taken: a key that begins so and is not known must not be ignored. */
    private static final List<String> RESERVED = List.of("frame.", "tile.", "input.", REGION, SCORE);

    private FramingMetadata() {}

    static void write(ModelCard card, Map<String, String> metadata) {
        Framing framing = card.framing();
        Tiling tiling = framing.tiling();
        if (tiling != null) {
            ModelMetadata.put(metadata, SCALE, tiling.scale().toString());
            ModelMetadata.put(metadata, WIDTH, Integer.toString(card.width()));
            ModelMetadata.put(metadata, HEIGHT, Integer.toString(card.height()));
            ModelMetadata.put(metadata, OVERLAP, Integer.toString(tiling.overlap()));
            ModelMetadata.put(metadata, MARGIN, Integer.toString(tiling.margin()));
            ModelMetadata.put(metadata, BLENDING, Tiling.BLENDING);
            ModelMetadata.put(metadata, PADDING, Tiling.PADDING);
        }
        if (framing.score() != FrameScore.GRAPH) {
            ModelMetadata.put(metadata, SCORE, framing.score().id());
        }
        RegionOfInterest region = framing.region();
        if (region != null) {
            ModelMetadata.put(metadata, REGION, region.toJson().toString());
        } else if (framing.requestRegion()) {
            ModelMetadata.put(metadata, REGION, REQUEST);
        }
    }

    /**
     * Checks that every key that changes how images are taken is one that this release knows.
     *
     * @throws ModelCardException if one is not, or if it needs another version; the message names it
     */
    static void requireKnownKeys(Map<String, String> metadata, int version) throws ModelCardException {
        for (String key : new TreeSet<>(metadata.keySet())) {
            if (!key.startsWith(ModelContract.METADATA_PREFIX)) {
                continue;
            }
            String name = key.substring(ModelContract.METADATA_PREFIX.length());
            if (ModelMetadata.INPUT_KEYS.contains(name) || RESERVED.stream().noneMatch(name::startsWith)) {
                continue;
            }
            boolean known = KEYS.contains(name);
            if (version < ModelContract.FRAMES_VERSION && (known || !name.startsWith("input."))) {
                throw new ModelCardException("draem.version is " + version + ", but " + key + " needs version "
                        + ModelContract.FRAMES_VERSION + ": export the model again");
            }
            if (version >= ModelContract.FRAMES_VERSION && !known) {
                throw new ModelCardException(key
                        + " is not known to this release: serve the graph with a newer one, or export the model again");
            }
        }
    }

    /**
     * Reads how a graph takes images.
     *
     * @throws ModelCardException if a value is missing or unknown; the message names the key
     */
    static Framing read(Map<String, String> metadata) throws ModelCardException {
        Tiling tiling = tiling(metadata);
        FrameScore score = FrameScore.GRAPH;
        if (tiling != null || ModelMetadata.has(metadata, REGION) || ModelMetadata.has(metadata, SCORE)) {
            score = value(metadata, SCORE, FrameScore::ofMapScore);
        }
        RegionOfInterest region = null;
        boolean request = false;
        if (ModelMetadata.has(metadata, REGION)) {
            request = ModelMetadata.text(metadata, REGION).equals(REQUEST);
            region = request ? null : value(metadata, REGION, RegionOfInterest::ofJson);
        }
        return new Framing(tiling, score, region, request);
    }

    private static @Nullable Tiling tiling(Map<String, String> metadata) throws ModelCardException {
        List<String> keys = List.of(WIDTH, HEIGHT, SCALE, OVERLAP, MARGIN, BLENDING, PADDING);
        if (keys.stream().noneMatch(key -> ModelMetadata.has(metadata, key))) {
            return null;
        }
        for (String key : keys) {
            ModelMetadata.text(metadata, key);
        }
        requireSideOfInput(metadata, WIDTH, "input.width");
        requireSideOfInput(metadata, HEIGHT, "input.height");
        ModelMetadata.requireEqual(metadata, BLENDING, Tiling.BLENDING);
        ModelMetadata.requireEqual(metadata, PADDING, Tiling.PADDING);
        FrameSize tile = new FrameSize(ModelMetadata.integer(metadata, WIDTH), ModelMetadata.integer(metadata, HEIGHT));
        FrameScale scale = value(metadata, SCALE, text -> {
            // Without overlap and margin, so that only the scale can be wrong.
            return fitting(FrameScale.parse(text), 0, 0, tile).scale();
        });
        int overlap = ModelMetadata.integer(metadata, OVERLAP);
        value(metadata, OVERLAP, text -> fitting(scale, overlap, 0, tile));
        int margin = ModelMetadata.integer(metadata, MARGIN);
        return value(metadata, MARGIN, text -> fitting(scale, overlap, margin, tile));
    }

    private static Tiling fitting(FrameScale scale, int overlap, int margin, FrameSize tile) {
        Tiling tiling = new Tiling(scale, overlap, margin);
        tiling.requireFits(tile);
        return tiling;
    }

    private static void requireSideOfInput(Map<String, String> metadata, String key, String inputKey)
            throws ModelCardException {
        String side = ModelMetadata.text(metadata, key);
        String input = ModelMetadata.text(metadata, inputKey);
        if (!side.equals(input)) {
            throw new ModelCardException("draem." + key + " is '" + side + "' and draem." + inputKey + " is '" + input
                    + "', but a tile is one input of the graph: correct the one that differs from the graph's input, or"
                    + " export the model again");
        }
    }

    /** Reads a value. */
    private static <T> T value(Map<String, String> metadata, String key, Function<String, T> reader)
            throws ModelCardException {
        try {
            return reader.apply(ModelMetadata.text(metadata, key));
        } catch (IllegalArgumentException e) {
            throw new ModelCardException(
                    "draem." + key + " is wrong: " + e.getMessage() + "; correct it, or export the model again");
        }
    }
}
