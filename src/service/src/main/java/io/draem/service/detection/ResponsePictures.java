package io.draem.service.detection;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.FrameSize;
import io.draem.image.PixelBytes;
import io.draem.image.RgbImage;
import io.draem.overlay.AnomalyOverlay;
import io.draem.overlay.PngWriter;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Draws the pictures that a client requests, no larger than it requests them. */
final class ResponsePictures {

    private final Set<Include> include;
    private final @Nullable Integer maxSide;
    private final FramePlan plan;
    private final Calibration calibration;
    private final FrameResult result;

    ResponsePictures(DetectionRequest request, FramePlan plan, Calibration calibration, FrameResult result) {
        this.include = request.include();
        this.maxSide = request.maxPictureSide();
        this.plan = plan;
        this.calibration = calibration;
        this.result = result;
    }

    /**
     * Returns the size of a picture: the full size, or the same proportions with the longer side as long as allowed.
     *
     * @param maxSide longest side in pixels; null for no limit
     */
    static FrameSize size(FrameSize full, @Nullable Integer maxSide) {
        int longer = Math.max(full.width(), full.height());
        if (maxSide == null || longer <= maxSide) {
            return full;
        }
        double factor = (double) maxSide / longer;
        return new FrameSize((int) Math.max(1, Math.round(full.width() * factor)), (int)
                Math.max(1, Math.round(full.height() * factor)));
    }

    /**
     * Returns the pictures that are requested.
     *
     * @param image the image at its own size, which is drawn on; null where no overlay is requested
     * @param imageMap raw map at the image's size
     */
    Map<Include, Detection.Picture> draw(@Nullable RgbImage image, ScaledMap imageMap, Verdict verdict) {
        FrameSize size = size(plan.image(), maxSide);
        ScaledMap map = size.equals(plan.image())
                ? imageMap
                : new ScaledMap(result.map(), size.width(), size.height(), plan.region(size.width(), size.height()));
        Map<Include, Detection.Picture> pictures = new EnumMap<>(Include.class);
        // The overlay first: it takes the most memory, while no other picture is there.
        if (include.contains(Include.OVERLAY) && image != null) {
            pictures.put(Include.OVERLAY, overlay(resized(image, size), map, verdict.regions()));
        }
        if (include.contains(Include.MAP)) {
            pictures.put(Include.MAP, new Detection.Picture(map.width(), map.height(), PngWriter.map(map)));
        }
        if (include.contains(Include.MAP_FLOAT32)) {
            pictures.put(Include.MAP_FLOAT32, new Detection.Picture(map.width(), map.height(), littleEndian(map)));
        }
        if (include.contains(Include.MASK)) {
            byte[] mask = PngWriter.mask(map, verdict.regions().pixelThreshold());
            pictures.put(Include.MASK, new Detection.Picture(map.width(), map.height(), mask));
        }
        RgbImage reconstruction = result.picture();
        if (include.contains(Include.RECONSTRUCTION) && reconstruction != null) {
            FrameSize full = new FrameSize(reconstruction.width(), reconstruction.height());
            pictures.put(Include.RECONSTRUCTION, picture(resized(reconstruction, size(full, maxSide))));
        }
        return pictures;
    }

    private Detection.Picture overlay(RgbImage image, ScaledMap map, Regions regions) {
        double x = (double) image.width() / plan.image().width();
        double y = (double) image.height() / plan.image().height();
        List<Region> drawn = regions.largest().stream()
                .map(region -> x == 1 && y == 1 ? region : withOutlineScaled(region, x, y))
                .toList();
        // By the threshold of the regions: the model's own may be another.
        return picture(AnomalyOverlay.draw(image, map, regions.pixelThreshold(), calibration, drawn, true));
    }

    private static Region withOutlineScaled(Region region, double x, double y) {
        return new Region(
                region.x(),
                region.y(),
                region.width(),
                region.height(),
                region.area(),
                region.centroidX(),
                region.centroidY(),
                region.peak(),
                region.mean(),
                region.polygon().stream()
                        .map(point ->
                                new Region.Point((int) Math.round(point.x() * x), (int) Math.round(point.y() * y)))
                        .toList());
    }

    private static RgbImage resized(RgbImage image, FrameSize size) {
        return PixelBytes.of(image).resized(size.width(), size.height()).toRgb();
    }

    private static byte[] littleEndian(ScaledMap map) {
        byte[] bytes = new byte[Float.BYTES * map.width() * map.height()];
        FloatBuffer values =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ScaledMap.Rows rows = map.rows();
        for (int y = 0; y < map.height(); y++) {
            values.put(rows.read(y));
        }
        return bytes;
    }

    private static Detection.Picture picture(RgbImage image) {
        return new Detection.Picture(image.width(), image.height(), PngWriter.rgb(image));
    }
}
