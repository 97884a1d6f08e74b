package io.draem.service.detection;

import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.picture.AnomalyOverlay;
import io.draem.picture.PngWriter;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Draws the pictures that a caller asked for. */
final class Pictures {

    private Pictures() {}

    /**
     * Returns the pictures among {@code include}.
     *
     * @param map raw map at the image's size
     * @param reconstruction {@code [3, height, width]} at the model's size; null where there is none
     */
    static Map<Include, Picture> draw(
            Set<Include> include,
            ModelCard card,
            RgbImage image,
            AnomalyMap map,
            Verdict verdict,
            float @Nullable [] reconstruction) {
        Map<Include, Picture> pictures = new EnumMap<>(Include.class);
        if (include.contains(Include.MAP)) {
            pictures.put(Include.MAP, new Picture(map.width(), map.height(), PngWriter.map(map)));
        }
        if (include.contains(Include.MAP_FLOAT32)) {
            pictures.put(Include.MAP_FLOAT32, new Picture(map.width(), map.height(), littleEndian(map.values())));
        }
        if (include.contains(Include.MASK)) {
            byte[] mask = PngWriter.mask(map, verdict.pixelThreshold());
            pictures.put(Include.MASK, new Picture(map.width(), map.height(), mask));
        }
        if (include.contains(Include.OVERLAY)) {
            AnomalyMap normalized = normalize(map, verdict.pixelThreshold(), card.calibration());
            pictures.put(Include.OVERLAY, picture(AnomalyOverlay.draw(image, normalized, verdict.regions())));
        }
        if (include.contains(Include.RECONSTRUCTION) && reconstruction != null) {
            pictures.put(Include.RECONSTRUCTION, picture(image(reconstruction, card.width(), card.height())));
        }
        return pictures;
    }

    private static byte[] littleEndian(float[] values) {
        byte[] bytes = new byte[Float.BYTES * values.length];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes;
    }

    private static Picture picture(RgbImage image) {
        return new Picture(image.width(), image.height(), PngWriter.rgb(image));
    }

    /** By the threshold of the request, like the outlines: the model's own may be another. */
    private static AnomalyMap normalize(AnomalyMap map, double threshold, Calibration calibration) {
        float[] normalized = new float[map.values().length];
        for (int i = 0; i < normalized.length; i++) {
            normalized[i] = (float)
                    Calibration.normalize(map.values()[i], threshold, calibration.mapMin(), calibration.mapMax());
        }
        return new AnomalyMap(map.width(), map.height(), normalized);
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
