package io.draem.trainer.synthesis;

import io.draem.score.RowMask;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Normal images of one size, as a training draws them; safe for several threads. */
public interface NormalSource {

    /** Returns how many are drawn per epoch. */
    int size();

    /**
     * Draws one of them, the same for the same random numbers.
     *
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    Normal draw(int index, RandomGenerator random);

    /** Returns at most {@code count} of them, from all over the source. */
    default NormalSource some(int count) {
        NormalSource all = this;
        int size = Math.min(count, all.size());
        return new NormalSource() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public Normal draw(int index, RandomGenerator random) {
                return all.draw((int) ((long) index * all.size() / size), random);
            }
        };
    }

    /**
     * A normal image.
     *
     * @param pixels {@code [3, height, width]}, 0 to 1; not changed
     * @param inside {@code [height, width]}, 1 where an anomaly may be, otherwise 0; null where it may be everywhere
     * @param reflection {@code [height, width]}, the pixel that each pixel shows: itself, or the one whose reflection it is
     *     outside a frame; null where all show themselves
     * @param part whether the image is a part of a larger one, so that there is surface outside it too
     * @param light that the image was changed to
     */
    record Normal(float[] pixels, float @Nullable [] inside, int @Nullable [] reflection, boolean part, Light light) {

        /** Makes a whole image in the light that it was taken in. */
        Normal(float[] pixels, float @Nullable [] inside) {
            this(pixels, inside, null, false, Light.UNCHANGED);
        }

        /** Makes an image in the light that it was taken in. */
        public static Normal of(float[] pixels, float @Nullable [] inside, int @Nullable [] reflection, boolean part) {
            return new Normal(pixels, inside, reflection, part, Light.UNCHANGED);
        }

        /** Returns the image in another light, drawn at random. */
        Normal withRandomLight(double change, RandomGenerator random) {
            Light drawn = Light.draw(change, pixels, random);
            return new Normal(drawn.applyTo(pixels), inside, reflection, part, drawn);
        }

        /** Gives the reflection in some planes of this image's size the values of the pixels that it shows. */
        void reflect(float[] planes) {
            if (reflection != null) {
                for (int i = 0; i < planes.length; i++) {
                    int pixel = i % reflection.length;
                    planes[i] = planes[i - pixel + reflection[pixel]];
                }
            }
        }

        /**
         * Returns the image rotated clockwise; what was outside it is black, and in a part of a larger image, which
         * has no black corners in use, the reflection of that part. No anomaly is there if any are limited. Its reflection is
         * that of the normal pixels alone.
         */
        Normal rotated(int width, int height, double degrees) {
            float[] rotated = part
                    ? Rotation.rotateReflected(pixels, width, height, degrees)
                    : Rotation.rotate(pixels, width, height, degrees);
            if (inside == null) {
                return new Normal(rotated, null, null, part, light);
            }
            float[] limit = Rotation.rotate(inside, width, height, degrees);
            for (int i = 0; i < limit.length; i++) {
                limit[i] = limit[i] >= 0.5f ? 1 : 0;
            }
            return new Normal(rotated, limit, null, part, light);
        }
    }

    /**
     * Returns whole images, for which no random number is drawn.
     *
     * @param images {@code [3, height, width]} each, 0 to 1
     * @param region the pixels where an anomaly may be; null for all
     */
    static NormalSource whole(ImageSource<float[]> images, @Nullable RowMask region) {
        float[] inside = region == null ? null : Inside.of(region);
        return new NormalSource() {
            @Override
            public int size() {
                return images.size();
            }

            @Override
            public Normal draw(int index, RandomGenerator random) {
                return new Normal(images.get(index), inside);
            }
        };
    }
}
