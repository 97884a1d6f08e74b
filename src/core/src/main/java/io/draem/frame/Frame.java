package io.draem.frame;

import io.draem.image.ImageMeasures;
import io.draem.image.PixelBytes;
import io.draem.image.RgbImage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An image as a model takes it: one input, or a scaled image that is cut. Safe for use by several threads. */
public final class Frame {

    private static final int CHANNELS = 3;

    private final FramePlan plan;
    private final float @Nullable [] tensor;
    private final @Nullable PixelBytes scaled;

    private Frame(FramePlan plan, float @Nullable [] tensor, @Nullable PixelBytes scaled) {
        this.plan = plan;
        this.tensor = tensor;
        this.scaled = scaled;
    }

    /**
     * Returns an image that is one input.
     *
     * @param tensor {@code [3, height, width]}, 0 to 1; not copied
     */
    public static Frame whole(FramePlan plan, float[] tensor) {
        if (plan.tiled() || tensor.length != inputLength(plan)) {
            throw new IllegalArgumentException("A tensor of " + tensor.length + " values is not the only input, "
                    + plan.input() + " pixels of 3 channels");
        }
        return new Frame(plan, tensor, null);
    }

    /**
     * Returns an image that is cut into tiles.
     *
     * @param scaled the image at the size of the frame
     */
    public static Frame tiled(FramePlan plan, PixelBytes scaled) {
        if (!plan.tiled()
                || scaled.width() != plan.frame().width()
                || scaled.height() != plan.frame().height()) {
            throw new IllegalArgumentException("An image of " + scaled.width() + "x" + scaled.height()
                    + " is not the frame that is cut, " + plan.frame());
        }
        return new Frame(plan, null, scaled);
    }

    /** Returns how the image becomes inputs. */
    public FramePlan plan() {
        return plan;
    }

    /** Returns how many inputs there are. */
    public int inputs() {
        return plan.inputs();
    }

    /**
     * Returns an input, {@code [3, height, width]}, RGB, 0 to 1. What is outside the frame is its reflection, the border
     * itself not repeated.
     *
     * @return the image's own tensor where it is one input, else a new array
     */
    public float[] input(int input) {
        Objects.checkIndex(input, inputs());
        if (tensor != null) {
            return tensor;
        }
        float[] values = new float[inputLength(plan)];
        write(input, values, 0);
        return values;
    }

    /** Writes an input, as {@link #input} returns it, into a batch. */
    public void write(int input, float[] batch, int offset) {
        Objects.checkIndex(input, inputs());
        if (tensor != null) {
            System.arraycopy(tensor, 0, batch, offset, tensor.length);
            return;
        }
        int[] columns = plan.columns().sources(plan.column(input));
        int[] rows = plan.rows().sources(plan.row(input));
        Objects.requireNonNull(scaled).crop(columns, rows, batch, offset);
    }

    /** Returns the image at another size, from what the network sees. */
    public RgbImage preview(int width, int height) {
        PixelBytes pixels = tensor == null
                ? Objects.requireNonNull(scaled)
                : PixelBytes.ofPlanes(tensor, plan.input().width(), plan.input().height());
        return pixels.resized(width, height).toRgb();
    }

    /** Measures the image at the size at which the network sees it; of a frame that is cut only the pixels that count. */
    public ImageMeasures measures() {
        return tensor != null
                ? ImageMeasures.of(tensor, plan.input().width(), plan.input().height())
                : ImageMeasures.of(Objects.requireNonNull(scaled), plan.region());
    }

    private static int inputLength(FramePlan plan) {
        return Math.multiplyExact(CHANNELS, plan.input().pixels());
    }
}
