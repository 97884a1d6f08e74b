package io.draem.trainer.network;

import io.draem.trainer.checkpoint.DeferredTensor;
import io.draem.trainer.checkpoint.Tensor.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Copies tensors between the heap and libtorch, element type and shape unchanged. */
public final class TensorConversion {

    private TensorConversion() {}

    /** Returns a libtorch tensor with a copy of the values; it belongs to the {@link PointerScope} of the call. */
    public static Tensor toNative(io.draem.trainer.checkpoint.Tensor tensor) {
        return Scopes.keep(() -> {
            Tensor copy = torch.empty(
                    tensor.shape(), new TensorOptions(scalarType(tensor.type())), new MemoryFormatOptional());
            bytes(copy).put(tensor.data());
            return copy;
        });
    }

    /** Returns a copy of the values on the heap, row-major in every memory format of the tensor. */
    public static io.draem.trainer.checkpoint.Tensor toHeap(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor rowMajor = ComputeDevice.CPU.hold(tensor.detach()).contiguous();
            ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(rowMajor.nbytes()));
            copy.put(bytes(rowMajor)).flip();
            return new io.draem.trainer.checkpoint.Tensor(
                    type(rowMajor.scalar_type().intern()), tensor.shape(), copy);
        }
    }

    /** Returns the tensor as one to be written, copied to the heap only when it is written. */
    public static DeferredTensor deferred(Tensor tensor) {
        return new DeferredTensor(type(tensor.scalar_type().intern()), tensor.shape(), () -> toHeap(tensor));
    }

    private static ByteBuffer bytes(Tensor contiguous) {
        return new BytePointer(contiguous.data_ptr())
                .position(0)
                .capacity(contiguous.nbytes())
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    private static ScalarType scalarType(Type type) {
        return switch (type) {
            case F64 -> ScalarType.Double;
            case F32 -> ScalarType.Float;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case I64 -> ScalarType.Long;
            case I32 -> ScalarType.Int;
            case U8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }

    private static Type type(ScalarType type) {
        return switch (type) {
            case Double -> Type.F64;
            case Float -> Type.F32;
            case Half -> Type.F16;
            case BFloat16 -> Type.BF16;
            case Long -> Type.I64;
            case Int -> Type.I32;
            case Byte -> Type.U8;
            case Bool -> Type.BOOL;
            default -> throw new IllegalArgumentException("Tensors of " + type + " have no counterpart on the heap");
        };
    }
}
