package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
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
        long mostPixels = mostPixels(model, tiling);
        if (mostPixels == 0) {
            log.warn(
                    "Model {} cuts images into tiles of {} pixels at the scale {}, for which the memory for images is too"
                            + " small: every image will be refused. Raise draem.memory.budget or the heap, or export the"
                            + " model with a smaller scale",
                    model,
                    model.card().input(),
                    tiling.scale());
            return;
        }
        log.info(
                "Model {} cuts images into tiles of {} pixels at the scale {}: the memory for images and"
                        + " draem.image.max-tiles take images of up to {} megapixels, overlay included",
                model,
                model.card().input(),
                tiling.scale(),
                String.format(Locale.ROOT, "%.3g", mostPixels / 1e6));
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

    /** Returns about how many pixels the largest image has that fits, overlay included; 0 where none does. */
    private long mostPixels(ServedModel model, Tiling tiling) {
        FrameSize tile = model.card().input();
        FrameSize fixed = tiling.scale().fixed();
        long bytes = (long) PixelBudget.BYTES * limits.pixelsInFlight();
        long tileBytes = FrameCost.modelBytes(tile, false);
        double most;
        if (fixed != null) {
            Framing all = new Framing(tiling, model.card().framing().score(), null, false);
            int tiles =
                    FramePlan.of(all, tile, fixed.width(), fixed.height(), null).tiles();
            double frameBytes =
                    FrameCost.TILED_FRAME_BYTES * fixed.pixels() + Math.min(tiles, model.maxInFlight()) * tileBytes;
            most = (bytes - frameBytes) / FrameCost.TILED_IMAGE_BYTES;
        } else {
            double scale = tiling.scale().factor() * tiling.scale().factor();
            double pixelBytes = FrameCost.TILED_FRAME_BYTES * scale + FrameCost.TILED_IMAGE_BYTES;
            double advance = (double) (tile.width() - tiling.overlap()) * (tile.height() - tiling.overlap()) / scale;
            // An image of fewer tiles than may be in flight takes less for them.
            double whole = Math.floor(bytes / (tileBytes + pixelBytes * advance));
            double few = whole > 0 ? pixels(whole, tiling, tile) / scale : (bytes - tileBytes) / pixelBytes;
            double many = (bytes - model.maxInFlight() * tileBytes) / pixelBytes;
            double inFlight = pixels(model.maxInFlight(), tiling, tile) / scale;
            most = Math.min(pixels(maxTiles, tiling, tile) / scale, Math.max(Math.min(few, inFlight), many));
        }
        return (long) Math.max(0, Math.min(limits.maxPixels(), most));
    }

    /** Returns the pixels of the largest frame that has so many tiles, as many across as down. */
    private static double pixels(double tiles, Tiling tiling, FrameSize tile) {
        double across = Math.sqrt(tiles);
        return side(across, tiling, tile.width()) * side(across, tiling, tile.height());
    }

    private static double side(double tiles, Tiling tiling, int side) {
        return Math.max(side, tiles * (side - tiling.overlap()) + tiling.overlap() - 2 * tiling.margin());
    }
}
