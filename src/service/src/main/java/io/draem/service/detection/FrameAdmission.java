package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.image.ImageHeader;
import io.draem.model.ModelCard;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.RequestContext;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Plans how images become inputs of a model, and refuses those with more inputs than the model can run in time. */
final class FrameAdmission {

    private final FairExecutor threads;
    private final int maxTiles;
    private final Duration requestTimeout;

    /**
     * @param maxTiles most inputs of an image
     * @param requestTimeout most time of a request
     */
    FrameAdmission(FairExecutor threads, int maxTiles, Duration requestTimeout) {
        this.threads = threads;
        this.maxTiles = maxTiles;
        this.requestTimeout = requestTimeout;
    }

    /**
     * Checks that a request may bring a region of interest of its own.
     *
     * @param region null where it brings none
     */
    static void requireAccepted(@Nullable RegionOfInterest region, ServedModel model) throws DetectionException {
        if (region != null && !model.card().framing().acceptsRegion()) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The model " + model.name()
                            + " accepts no region of interest, since its score comes from the graph:"
                            + " leave it out, or export the model again with --region-of-interest request");
        }
    }

    /**
     * Returns the plan of an image as if every pixel of it counted, which takes little time and memory.
     *
     * @throws DetectionException if its frame would be too large or too small
     */
    FramePlan all(ModelCard card, ImageHeader header) throws DetectionException {
        FrameSize input = card.input();
        Framing framing = card.framing();
        int width = header.uprightWidth();
        int height = header.uprightHeight();
        try {
            if (framing.tiling() != null) {
                requireFrame(framing.tiling(), input, new FrameSize(width, height));
            }
            return FramePlan.of(
                    new Framing(framing.tiling(), framing.score(), null, false), input, width, height, null);
        } catch (IllegalArgumentException e) {
            throw tooLarge("The image of " + width + "x" + height
                    + " pixels is too large at the scale of the model: send a smaller image");
        }
    }

    /** Before their weights are computed: a frame of one row may have millions of tiles. */
    private void requireFrame(Tiling tiling, FrameSize tile, FrameSize image) throws DetectionException {
        FrameSize frame = tiling.scale().of(image.width(), image.height());
        int longest = longestRow(tiling, tile, frame);
        if (longest > maxTiles) {
            throw tooManyTiles("The image of " + image + " pixels is cut into at least " + longest + " tiles");
        }
        try {
            tiling.requireFrame(frame, tile);
        } catch (IllegalArgumentException e) {
            throw new DetectionException.Rejected(Outcome.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    /** Returns the larger of the numbers of tiles in a row and in a column of a frame. */
    static int longestRow(Tiling tiling, FrameSize tile, FrameSize frame) {
        return Math.max(tiling.tiles(frame.width(), tile.width()), tiling.tiles(frame.height(), tile.height()));
    }

    /** Returns whether not every pixel of an image counts. */
    static boolean hasRegion(ModelCard card, @Nullable RegionOfInterest requested) {
        return requested != null || card.framing().region() != null;
    }

    /** Returns the plan of a tensor that a request brings as the network takes it; of a tiled model it is one tile. */
    static FramePlan ofTensor(ModelCard card) {
        FrameSize input = card.input();
        Framing framing = card.framing().tiling() == null ? card.framing() : Framing.WHOLE;
        return FramePlan.of(framing, input, input.width(), input.height(), null);
    }

    /**
     * Returns the plan of an image.
     *
     * @param all the plan as if every pixel counted
     * @param requested region of interest of the request; null for the model's own
     * @throws DetectionException if no pixel is in the region, or there are more inputs than the model can run
     */
    FramePlan plan(
            ServedModel model,
            ImageHeader header,
            FramePlan all,
            @Nullable RegionOfInterest requested,
            RequestContext context)
            throws DetectionException {
        FramePlan plan = hasRegion(model.card(), requested)
                ? ModelQueue.call(
                        threads,
                        model.name(),
                        context,
                        (int) header.pixels(),
                        () -> restricted(model.card(), all, requested))
                : all;
        requireInTime(model, plan);
        return plan;
    }

    private static FramePlan restricted(ModelCard card, FramePlan all, @Nullable RegionOfInterest requested)
            throws DetectionException {
        FrameSize image = all.image();
        try {
            return FramePlan.of(card.framing(), all.input(), image.width(), image.height(), requested);
        } catch (IllegalArgumentException e) {
            throw new DetectionException.Rejected(Outcome.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private void requireInTime(ServedModel model, FramePlan plan) throws DetectionException {
        int inputs = plan.inputs();
        String tiles = "The image of " + plan.image() + " pixels is cut into " + inputs + " tiles";
        if (inputs > maxTiles) {
            throw tooManyTiles(tiles);
        }
        Duration shortest = inputs == 1 ? Duration.ZERO : model.shortestTime(inputs);
        if (shortest.compareTo(requestTimeout) > 0) {
            throw tooLarge(String.format(
                    Locale.ROOT,
                    "%s, which take the model %s at least %.1f s here, longer than a request may (draem.request-timeout,"
                            + " %.1f s): export the model with a smaller scale, give the service a GPU or more processors,"
                            + " or raise that",
                    tiles,
                    model.name(),
                    shortest.toMillis() / 1e3,
                    requestTimeout.toMillis() / 1e3));
        }
    }

    private DetectionException tooManyTiles(String tiles) {
        return tooLarge(tiles + ", more than the limit of " + maxTiles
                + " (draem.image.max-tiles): send a smaller image, or export the model with a smaller scale");
    }

    private static DetectionException tooLarge(String message) {
        return new DetectionException.Rejected(Outcome.IMAGE_TOO_LARGE, message);
    }
}
