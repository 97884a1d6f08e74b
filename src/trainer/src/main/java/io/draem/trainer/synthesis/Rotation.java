package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;

/**
 * Rotation about the image's center at unchanged size: bilinear between pixel centers, 0 outside the image, as imgaug's
 * {@code Affine(rotate=…)} does it with its defaults ({@code order=1, cval=0, mode="constant", fit_output=False}).
 */
final class Rotation {

    private Rotation() {}

    /**
     * Returns the planes rotated clockwise.
     *
     * @param planes {@code [channels, height, width]}
     */
    static float[] rotate(float[] planes, int width, int height, double degrees) {
        int area = width * height;
        double cos = Math.cos(Math.toRadians(degrees));
        double sin = Math.sin(Math.toRadians(degrees));
        double centreX = (width - 1) / 2.0;
        double centreY = (height - 1) / 2.0;
        float[] rotated = new float[planes.length];
        for (int y = 0; y < height; y++) {
            // Where the first pixel of this row comes from; each further one is (cos, -sin) apart.
            double startX = centreX - cos * centreX + sin * (y - centreY);
            double startY = centreY + sin * centreX + cos * (y - centreY);
            for (int x = 0; x < width; x++) {
                float sourceX = (float) (startX + cos * x);
                float sourceY = (float) (startY - sin * x);
                if (sourceX <= -1 || sourceY <= -1 || sourceX >= width || sourceY >= height) {
                    continue;
                }
                int x0 = floor(sourceX);
                int y0 = floor(sourceY);
                float fx = sourceX - x0;
                float fy = sourceY - y0;
                boolean left = x0 >= 0;
                boolean right = x0 + 1 < width;
                boolean top = y0 >= 0;
                boolean bottom = y0 + 1 < height;
                int source = y0 * width + x0;
                int target = y * width + x;
                for (int plane = 0; plane < planes.length; plane += area) {
                    int at = plane + source;
                    float upper = (top && left ? planes[at] * (1 - fx) : 0) + (top && right ? planes[at + 1] * fx : 0);
                    float lower = (bottom && left ? planes[at + width] * (1 - fx) : 0)
                            + (bottom && right ? planes[at + width + 1] * fx : 0);
                    rotated[plane + target] = upper * (1 - fy) + lower * fy;
                }
            }
        }
        return rotated;
    }

    /**
     * Returns one plane of noise rotated clockwise. On a square there is 0 outside, as above. On any other shape the noise
     * continues as its reflection: with 0, rotation would leave hardly any noise at the ends of a long image.
     */
    static float[] rotateNoise(float[] plane, int width, int height, double degrees) {
        return width == height ? rotate(plane, width, height, degrees) : rotateReflected(plane, width, height, degrees);
    }

    /**
     * Returns the planes rotated clockwise; outside, the image continues as its reflection.
     *
     * @param planes {@code [channels, height, width]}
     */
    static float[] rotateReflected(float[] planes, int width, int height, double degrees) {
        int area = width * height;
        double cos = Math.cos(Math.toRadians(degrees));
        double sin = Math.sin(Math.toRadians(degrees));
        double centreX = (width - 1) / 2.0;
        double centreY = (height - 1) / 2.0;
        float[] rotated = new float[planes.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float sourceX = (float) (centreX + cos * (x - centreX) + sin * (y - centreY));
                float sourceY = (float) (centreY - sin * (x - centreX) + cos * (y - centreY));
                int x0 = floor(sourceX);
                int y0 = floor(sourceY);
                float fx = sourceX - x0;
                float fy = sourceY - y0;
                int left = reflected(x0, width);
                int right = reflected(x0 + 1, width);
                int top = reflected(y0, height) * width;
                int bottom = reflected(y0 + 1, height) * width;
                for (int at = 0; at < planes.length; at += area) {
                    float upper = planes[at + top + left] * (1 - fx) + planes[at + top + right] * fx;
                    float lower = planes[at + bottom + left] * (1 - fx) + planes[at + bottom + right] * fx;
                    rotated[at + y * width + x] = upper * (1 - fy) + lower * fy;
                }
            }
        }
        return rotated;
    }

    private static int reflected(int index, int length) {
        int folded = Math.floorMod(index, Math.max(1, 2 * (length - 1)));
        return folded < length ? folded : 2 * (length - 1) - folded;
    }

    /** Returns the image rotated clockwise. */
    static RgbImage rotate(RgbImage image, double degrees) {
        return Pixels.fromTensor(
                rotate(Pixels.toTensor(image), image.width(), image.height(), degrees), image.width(), image.height());
    }

    private static int floor(float value) {
        int truncated = (int) value;
        return value < truncated ? truncated - 1 : truncated;
    }
}
