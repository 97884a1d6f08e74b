package io.draem.trainer.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/** A dense tensor in little-endian bytes, row-major; immutable unless its buffer is changed. */
public final class Tensor {

    /** Element types, named as in safetensors. */
    public enum Type {
        F64(8),
        F32(4),
        F16(2),
        BF16(2),
        I64(8),
        I32(4),
        U8(1),
        BOOL(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** Returns the size of one element. */
        public int bytes() {
            return bytes;
        }
    }

    private final Type type;
    private final long[] shape;
    private final ByteBuffer data;

    /**
     * Makes a tensor over a buffer that is not copied.
     *
     * @throws IllegalArgumentException if the buffer's length does not fit type and shape
     */
    public Tensor(Type type, long[] shape, ByteBuffer data) {
        this.type = Objects.requireNonNull(type, "type");
        this.shape = shape.clone();
        this.data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (elements() * type.bytes != this.data.remaining()) {
            throw new IllegalArgumentException(
                    "Shape " + Arrays.toString(shape) + " of " + type + " does not fit " + data.remaining() + " bytes");
        }
    }

    /** Makes a float32 tensor with a copy of the values. */
    public static Tensor of(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Tensor(Type.F32, shape, bytes);
    }

    public Type type() {
        return type;
    }

    /** Returns the sides, outermost first; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** Returns the number of elements. */
    public long elements() {
        long elements = 1;
        for (long side : shape) {
            elements *= side;
        }
        return elements;
    }

    /** Returns a view of the bytes, little-endian, positioned at the start. */
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the values as floats (float64 is narrowed); throws {@link IllegalStateException} for other types. */
    public float[] toFloats() {
        float[] values = new float[Math.toIntExact(elements())];
        switch (type) {
            case F32 -> data().asFloatBuffer().get(values);
            case F64 -> {
                double[] doubles = toDoubles();
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) doubles[i];
                }
            }
            default -> throw new IllegalStateException("A tensor of " + type + " holds no floats");
        }
        return values;
    }

    /** Returns the values as doubles (float32 is widened); throws {@link IllegalStateException} for other types. */
    public double[] toDoubles() {
        double[] values = new double[Math.toIntExact(elements())];
        switch (type) {
            case F64 -> data().asDoubleBuffer().get(values);
            case F32 -> {
                float[] floats = toFloats();
                for (int i = 0; i < values.length; i++) {
                    values[i] = floats[i];
                }
            }
            default -> throw new IllegalStateException("A tensor of " + type + " holds no floating-point numbers");
        }
        return values;
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
