package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.image.OpenedImage;
import io.draem.service.models.ServedModel;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The encoded images of a request for the outputs of a network, and how they become inputs. Used by one thread. */
final class PredictionImages {

    private final ServedModel model;
    private final PredictionRequest request;
    private final FrameAdmission frames;
    private final Map<PredictionRequest.Input, Opened> images = new IdentityHashMap<>();
    private final Map<PredictionRequest.Input, Planned> planned = new IdentityHashMap<>();

    /** An image of which the header has been read. */
    private record Opened(OpenedImage image, FrameCost cost) {}

    /** An image that can be decoded. */
    record Planned(OpenedImage image, FramePlan plan) {}

    /**
     * Reads the headers of the images.
     *
     * @throws DetectionException if one cannot be read or is too large, or if their outputs are of different sizes
     */
    PredictionImages(ServedModel model, PredictionRequest request, ImagePreparation preparation, FrameAdmission frames)
            throws DetectionException {
        this.model = model;
        this.request = request;
        this.frames = frames;
        boolean region = FrameAdmission.hasRegion(model.card(), request.region());
        FrameSize size = null;
        for (PredictionRequest.Input input : request.inputs()) {
            if (input instanceof PredictionRequest.Input.Encoded encoded) {
                OpenedImage image = preparation.open(encoded.image());
                FramePlan all = frames.all(model.card(), image.header());
                size = size == null ? all.frame() : size;
                requireSize(all.frame(), size);
                images.put(input, new Opened(image, new FrameCost(image.header(), all, model.maxInFlight(), region)));
            }
        }
    }

    /** The outputs of a request are tensors, in which all frames have one size. */
    private static void requireSize(FrameSize frame, FrameSize first) throws DetectionException {
        if (!frame.equals(first)) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The model cuts images into tiles, and the outputs for frames of " + first + " and of " + frame
                            + " pixels are no tensor: send images of different sizes in requests of their own");
        }
    }

    /** Returns the bytes of heap that the whole request takes, its tensors included. */
    long bytes() {
        boolean reconstruction = request.reconstruction();
        long tensors = request.inputs().size() - (long) images.size();
        long bytes = 0;
        long preparing = 0;
        long tiles = 0;
        for (Opened image : images.values()) {
            bytes += image.cost().predicting(reconstruction);
            // Images are decoded one after the other, so the largest counts.
            preparing = Math.max(preparing, image.cost().preparing(false));
            tiles += image.cost().tilesInFlight();
        }
        // Those of all images are in flight together.
        tiles = Math.min(tiles, model.maxInFlight());
        return bytes
                + preparing
                + (tensors + tiles) * FrameCost.modelBytes(model.card().input(), reconstruction);
    }

    /**
     * Plans the images, which takes some of their memory.
     *
     * @return how many inputs the images have that a tiled model takes
     */
    int plan() throws DetectionException {
        int tiles = 0;
        for (PredictionRequest.Input input : request.inputs()) {
            Opened opened = images.get(input);
            if (opened != null) {
                FramePlan plan = frames.plan(
                        model, opened.image().header(), opened.cost().plan(), request.region(), request.context());
                tiles = Math.addExact(tiles, plan.tiled() ? plan.inputs() : 0);
                planned.put(input, new Planned(opened.image(), plan));
            }
        }
        images.clear();
        return tiles;
    }

    /** Removes a planned image, so that its memory can be used again once it has been decoded; null for a tensor. */
    @Nullable
    Planned take(PredictionRequest.Input input) {
        return planned.remove(input);
    }
}
