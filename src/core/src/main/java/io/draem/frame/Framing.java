package io.draem.frame;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a model takes images: what of an image counts, how it becomes inputs of the network, and where its score comes from.
 *
 * @param tiling how images are cut; null where an image is resized to one input
 * @param score where the score of an image comes from; from the map where there is a tiling or a region of interest
 * @param region region of interest of every image; null for none
 * @param requestRegion whether the model is made for a region of interest in each request; without one the whole image
 *     counts
 */
public record Framing(
        @Nullable Tiling tiling, FrameScore score, @Nullable RegionOfInterest region, boolean requestRegion) {

    /** Whole images, resized to one input, with the graph's own score. */
    public static final Framing WHOLE = new Framing(null, FrameScore.GRAPH, null, false);

    public Framing {
        Objects.requireNonNull(score, "score");
        if (score == FrameScore.GRAPH && (tiling != null || region != null || requestRegion)) {
            throw new IllegalArgumentException(
                    "With tiles or a region of interest the image score must come from the map, not from the graph");
        }
        if (region != null && requestRegion) {
            throw new IllegalArgumentException(
                    "A region of interest is either the model's or left to each request, not both");
        }
    }

    /**
     * Returns whether a request may give a region of interest: the graph's own score is that of the whole image, whatever
     * counts.
     */
    public boolean acceptsRegion() {
        return score != FrameScore.GRAPH;
    }
}
