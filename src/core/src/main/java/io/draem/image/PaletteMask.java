package io.draem.image;

import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Reads masks whose pixels are indices of a palette. */
final class PaletteMask {

    private PaletteMask() {}

    /** Takes the values of a decoded image with a palette. */
    static MaskSamples of(Raster raster, IndexColorModel palette) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int[] row = new int[width];
        char[] indices = new char[width * height];
        for (int y = 0; y < height; y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                indices[y * width + x] = (char) row[x];
            }
        }
        int[] colors = new int[1 << palette.getPixelSize()];
        for (int index = 0; index < palette.getMapSize(); index++) {
            colors[index] = palette.getRGB(index) & 0xFFFFFF;
        }
        return of(width, height, indices, colors);
    }

    /**
     * Takes a palette of grays as a gray image. In any other palette each index is a label, and the background is
     * black, or index 0 where no pixel is black, or white where neither is used. Where all colors are equal, the
     * indices are the values.
     *
     * @param indices of the pixels, less than the number of colors; changed
     * @param palette colors as {@code 0xRRGGBB}
     */
    static MaskSamples of(int width, int height, char[] indices, int[] palette) {
        boolean[] used = new boolean[palette.length];
        for (char index : indices) {
            used[index] = true;
        }
        boolean gray = true;
        boolean equal = true;
        boolean several = false;
        int black = -1;
        int white = -1;
        int first = -1;
        for (int index = 0; index < used.length; index++) {
            if (!used[index]) {
                continue;
            }
            int red = palette[index] >> 16;
            int green = palette[index] >> 8 & 0xFF;
            int blue = palette[index] & 0xFF;
            gray &= red == green && green == blue;
            black = black < 0 && red + green + blue == 0 ? index : black;
            white = white < 0 && Math.min(red, Math.min(green, blue)) == 0xFF ? index : white;
            equal &= first < 0 || palette[first] == palette[index];
            several |= first >= 0;
            first = first < 0 ? index : first;
        }
        int background = black >= 0 ? black : used[0] ? 0 : white;
        char[] values = new char[used.length];
        for (int index = 0; index < used.length; index++) {
            if (several && equal) {
                values[index] = (char) index;
            } else if (used[index] && gray) {
                values[index] = (char) (palette[index] & 0xFF);
            } else if (used[index]) {
                boolean isBackground = background >= 0 && palette[index] == palette[background];
                values[index] = (char) (isBackground ? 0 : 1);
            }
        }
        for (int i = 0; i < indices.length; i++) {
            indices[i] = values[indices[i]];
        }
        return new MaskSamples(width, height, indices, false, !gray);
    }
}
