package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.checkpoint.Tensor.Type;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Brings the number formats of checkpoints to float32. */
final class Floats {

    private Floats() {}

    /**
     * Returns a floating-point tensor as float32, and one of whole numbers as it is.
     *
     * @throws ImportedFileException if a value is not finite
     */
    static Tensor of(TorchFile file, String name, Tensor tensor) throws ImportedFileException {
        if (!isFloating(tensor.type())) {
            return tensor;
        }
        Tensor floats = tensor.type() == Type.F32 ? tensor : Tensor.of(values(tensor), tensor.shape());
        FloatBuffer values = floats.data().asFloatBuffer();
        while (values.hasRemaining()) {
            float value = values.get();
            if (!Float.isFinite(value)) {
                throw new ImportedFileException(
                        file.file(), SafeText.quoted(name) + " holds " + value + ": the training had diverged");
            }
        }
        return floats;
    }

    /** Refuses a variance below 0, of which no root can be taken. */
    static void requireNotNegative(TorchFile file, String name, Tensor variances) throws ImportedFileException {
        for (float value : variances.toFloats()) {
            if (value < 0) {
                throw new ImportedFileException(
                        file.file(), SafeText.quoted(name) + " holds " + value + ", and no variance is negative");
            }
        }
    }

    /** Returns the only value of a tensor; NaN for one of whole numbers. */
    static double scalar(Tensor tensor) {
        return isFloating(tensor.type()) ? values(tensor)[0] : Double.NaN;
    }

    /** Returns a count of no batches, as batch norms have it. */
    static Tensor zeroCount() {
        return new Tensor(Type.I64, new long[0], ByteBuffer.allocate(Long.BYTES));
    }

    static boolean isFloating(Type type) {
        return switch (type) {
            case F64, F32, F16, BF16 -> true;
            case I64, I32, U8, BOOL -> false;
        };
    }

    private static float[] values(Tensor tensor) {
        if (tensor.type() != Type.F16 && tensor.type() != Type.BF16) {
            return tensor.toFloats();
        }
        ShortBuffer halves = tensor.data().asShortBuffer();
        float[] values = new float[halves.remaining()];
        for (int i = 0; i < values.length; i++) {
            short bits = halves.get(i);
            values[i] = tensor.type() == Type.BF16 ? Float.intBitsToFloat(bits << 16) : half(bits);
        }
        return values;
    }

    /** Widens IEEE 754 binary16; {@code Float.float16ToFloat} is Java 20's. */
    private static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int widened = exponent == 0x1F ? 0xFF : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
    }
}
