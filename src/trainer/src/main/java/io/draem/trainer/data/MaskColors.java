package io.draem.trainer.data;

import io.draem.image.RgbImage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of the colors of a mask, as its manifest states it.
 *
 * @param background colors of what is no defect, as {@code 0xRRGGBB}
 * @param defects colors of defects
 */
public record MaskColors(Set<Integer> background, Set<Integer> defects) {

    private static final byte WHITE = (byte) 255;

    public MaskColors {
        background = Set.copyOf(background);
        defects = Set.copyOf(defects);
    }

    /** Returns why a mask does not fit these colors, a clause that follows its name; null if it fits. */
    @Nullable
    String problem(RgbImage mask) {
        boolean anyDefect = false;
        Set<Integer> unknown = new HashSet<>();
        int last = -1;
        for (int i = 0; i < mask.width() * mask.height(); i++) {
            int color = color(mask.rgb(), i);
            if (color == last) {
                continue;
            }
            last = color;
            anyDefect |= defects.contains(color);
            if (unknown.size() < 2 && !defects.contains(color) && !background.contains(color)) {
                unknown.add(color);
            }
        }
        if (!unknown.isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "has the color #%06x, which its color map does not name: correct the hex-color values, or draw the mask"
                            + " as a PNG without soft edges",
                    unknown.iterator().next());
        }
        return anyDefect ? null : "has no pixel in the color of a defect: correct it, or label the image normal";
    }

    /** Returns the mask in black and white, defects white. */
    public RgbImage blackAndWhite(RgbImage mask) {
        byte[] rgb = new byte[mask.rgb().length];
        for (int i = 0; i < rgb.length / 3; i++) {
            if (!background.contains(color(mask.rgb(), i))) {
                Arrays.fill(rgb, 3 * i, 3 * i + 3, WHITE);
            }
        }
        return new RgbImage(mask.width(), mask.height(), rgb);
    }

    private static int color(byte[] rgb, int pixel) {
        return (rgb[3 * pixel] & 0xFF) << 16 | (rgb[3 * pixel + 1] & 0xFF) << 8 | rgb[3 * pixel + 2] & 0xFF;
    }
}
