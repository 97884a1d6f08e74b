package io.draem.service.detection;

import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.overlay.AnomalyOverlay;
import io.draem.overlay.PngWriter;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Draws the pictures that a client requests. */
final class ResponsePictures {

    private ResponsePictures() {}

    /**
     * Returns the pictures among {@code include}.
     *
     * @param image the image at its own size; null where no overlay is requested
     * @param map raw map at the image's size
     * @param reconstruction {@code [3, height, width]} at the model's size; null where there is none
     */
    static Map<Include, Detection.Picture> draw(
            Set<Include> include,
            ModelCard card,
            @Nullable RgbImage image,
            ScaledMap map,
            Verdict verdict,
            float @Nullable [] reconstruction) {
        Map<Include, Detection.Picture> pictures = new EnumMap<>(Include.class);
        // The overlay first: it takes the most memory, while no other picture is there.
        if (include.contains(Include.OVERLAY) && image != null) {
            // By the threshold of the regions: the model's own may be another.
            Regions regions = verdict.regions();
            RgbImage overlay =
                    AnomalyOverlay.draw(image, map, regions.pixelThreshold(), card.calibration(), regions.largest());
            pictures.put(Include.OVERLAY, picture(overlay));
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
        if (include.contains(Include.RECONSTRUCTION) && reconstruction != null) {
            pictures.put(Include.RECONSTRUCTION, picture(image(reconstruction, card.width(), card.height())));
        }
        return pictures;
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

    private static RgbImage image(float[] planes, int width, int height) {
        int pixels = width * height;
        byte[] rgb = new byte[3 * pixels];
        for (int i = 0; i < pixels; i++) {
            for (int channel = 0; channel < 3; channel++) {
                float value = Math.min(1f, Math.max(0f, planes[channel * pixels + i]));
                rgb[3 * i + channel] = (byte) Math.round(value * 255f);
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
