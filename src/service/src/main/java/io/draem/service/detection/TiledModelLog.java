package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ServedModel;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;

/** Logs the largest image that each model takes which cuts images into tiles, and warns of one that takes none. */
final class TiledModelLog {

    private static final Logger log = LoggerFactory.getLogger(TiledModelLog.class);

    private final MemoryLimits limits;
    private final int maxTiles;
    private final Set<ServedModel> logged = ConcurrentHashMap.newKeySet();

    TiledModelLog(MemoryLimits limits, int maxTiles) {
        this.limits = limits;
        this.maxTiles = maxTiles;
    }

    @EventListener
    void changed(ModelEvent.Changed event) {
        logged.retainAll(event.models());
        for (ServedModel model : event.models()) {
            Tiling tiling = model.card().framing().tiling();
            if (tiling != null && logged.add(model)) {
                log(model, tiling);
            }
        }
    }

    private void log(ServedModel model, Tiling tiling) {
        FrameSize fixed = tiling.scale().fixed();
        int tiles = fixed == null ? 0 : tiles(model.card(), tiling, fixed);
        if (tiles > maxTiles) {
            log.warn(
                    "Model {} cuts every image into at least {} tiles, more than draem.image.max-tiles ({}): every image"
                            + " will be refused, unless the region of interest of a request leaves fewer. Raise that, or"
                            + " export the model with a scale smaller than {}",
                    model,
                    tiles,
                    maxTiles,
                    tiling.scale());
            return;
        }
        log.info(
                "Model {} cuts images into tiles of {} pixels at the scale {}: the memory for images and"
                        + " draem.image.max-tiles take images of up to {} megapixels, overlay included",
                model,
                model.card().input(),
                tiling.scale(),
                String.format(Locale.ROOT, "%.1f", mostPixels(model, tiling) / 1e6));
    }

    /** Returns how many tiles run of each frame; fewer where one row or column has too many. */
    private int tiles(ModelCard card, Tiling tiling, FrameSize frame) {
        FrameSize tile = card.input();
        int longest = FrameAdmission.longestRow(tiling, tile, frame);
        if (longest > maxTiles) {
            return longest;
        }
        return FramePlan.of(card.framing(), tile, frame.width(), frame.height(), null)
                .inputs();
    }

    private long mostPixels(ServedModel model, Tiling tiling) {
        FrameSize tile = model.card().input();
        long bytes = (long) PixelBudget.BYTES * limits.pixelsInFlight()
                - model.maxInFlight() * FrameCost.modelBytes(tile, false);
        FrameSize fixed = tiling.scale().fixed();
        double scale = tiling.scale().factor() * tiling.scale().factor();
        double fits = fixed != null
                ? (bytes - FrameCost.TILED_FRAME_BYTES * fixed.pixels()) / FrameCost.TILED_IMAGE_BYTES
                : bytes / (FrameCost.TILED_FRAME_BYTES * scale + FrameCost.TILED_IMAGE_BYTES);
        double advance = (double) (tile.width() - tiling.overlap()) * (tile.height() - tiling.overlap());
        double tiles = fixed != null ? limits.maxPixels() : maxTiles * advance / scale;
        return (long) Math.max(0, Math.min(limits.maxPixels(), Math.min(fits, tiles)));
    }
}
