package io.draem.trainer.network;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Where a network under construction gets the first value of each of its tensors from. */
interface TensorSource {

    /** What a tensor is to its layer. */
    enum Role {
        CONVOLUTION_WEIGHT(true),
        LINEAR_WEIGHT(true),
        NORM_WEIGHT(true),
        BIAS(true),
        RUNNING_MEAN(false),
        RUNNING_VARIANCE(false),
        BATCH_COUNT(false);

        private final boolean trained;

        Role(boolean trained) {
            this.trained = trained;
        }

        /** Returns whether it is a parameter; the others are buffers. */
        boolean trained() {
            return trained;
        }

        ScalarType scalarType() {
            return this == BATCH_COUNT ? ScalarType.Long : ScalarType.Float;
        }
    }

    /** Returns a new row-major tensor of that shape, owned by the scope of the call. */
    Tensor take(String name, Role role, long... shape);

    /** Called when the network has all it needs; throws if something is left over. */
    default void finish() {}

    /** Records the shape of every requested tensor and returns tensors without elements, which take no memory. */
    static TensorSource recording(Map<String, long[]> shapes) {
        return (name, role, shape) -> Scopes.keep(() -> {
            shapes.put(name, shape.clone());
            return torch.empty(new long[] {0}, new TensorOptions(role.scalarType()), new MemoryFormatOptional());
        });
    }

    /**
     * Draws the first weights as the paper's code does: convolutions from N(0, 0.02), batch-norm weights from N(1, 0.02),
     * biases 0. The fully connected weights of SSPCAB, of which it says nothing, come from U(−1/√n, 1/√n), n inputs.
     */
    static TensorSource random(Generator generator) {
        return (name, role, shape) -> Scopes.keep(() -> {
            Tensor tensor = torch.empty(shape, new TensorOptions(role.scalarType()), new MemoryFormatOptional());
            GeneratorOptional random = new GeneratorOptional(generator);
            switch (role) {
                case CONVOLUTION_WEIGHT -> tensor.normal_(0, 0.02, random);
                case NORM_WEIGHT -> tensor.normal_(1, 0.02, random);
                case LINEAR_WEIGHT -> {
                    double bound = 1 / Math.sqrt(shape[1]);
                    tensor.uniform_(-bound, bound, random);
                }
                case RUNNING_VARIANCE -> tensor.fill_(new Scalar(1.0));
                case BIAS, RUNNING_MEAN, BATCH_COUNT -> tensor.zero_();
            }
            return tensor;
        });
    }

    /** Draws the first weights as {@link Initialization#PYTORCH} says. */
    static TensorSource pytorch(Generator generator) {
        return new TensorSource() {

            private double bound; // of the layer whose weight came last: a bias follows its weight

            @Override
            public Tensor take(String name, Role role, long... shape) {
                return Scopes.keep(() -> {
                    Tensor tensor =
                            torch.empty(shape, new TensorOptions(role.scalarType()), new MemoryFormatOptional());
                    switch (role) {
                        case CONVOLUTION_WEIGHT, LINEAR_WEIGHT -> {
                            long inputs = 1;
                            for (int i = 1; i < shape.length; i++) {
                                inputs *= shape[i];
                            }
                            bound = 1 / Math.sqrt(inputs);
                            tensor.uniform_(-bound, bound, new GeneratorOptional(generator));
                        }
                        case NORM_WEIGHT -> {
                            bound = 0;
                            tensor.fill_(new Scalar(1.0));
                        }
                        case BIAS -> {
                            if (bound > 0) {
                                tensor.uniform_(-bound, bound, new GeneratorOptional(generator));
                            } else {
                                tensor.zero_();
                            }
                        }
                        case RUNNING_VARIANCE -> tensor.fill_(new Scalar(1.0));
                        case RUNNING_MEAN, BATCH_COUNT -> tensor.zero_();
                    }
                    return tensor;
                });
            }
        };
    }

    /**
     * Takes tensors by name, float64 as it is and every other type as float32.
     *
     * @throws IllegalArgumentException from {@link #take} for a missing or misshaped tensor, from {@link #finish} for
     *     tensors that the network does not have
     */
    static TensorSource of(Map<String, io.draem.trainer.checkpoint.Tensor> tensors) {
        Map<String, io.draem.trainer.checkpoint.Tensor> remaining = new LinkedHashMap<>(tensors);
        return new TensorSource() {

            @Override
            public Tensor take(String name, Role role, long... shape) {
                io.draem.trainer.checkpoint.Tensor tensor = remaining.remove(name);
                if (tensor == null) {
                    throw new IllegalArgumentException("The network needs a tensor '" + name + "', but among the "
                            + tensors.size() + " given there is none of that name");
                }
                if (!Arrays.equals(tensor.shape(), shape)) {
                    throw new IllegalArgumentException("Tensor '" + name + "' has shape "
                            + Arrays.toString(tensor.shape()) + "; the network needs "
                            + Arrays.toString(shape));
                }
                return Scopes.keep(() -> {
                    Tensor copy = TensorConversion.toNative(tensor);
                    boolean kept = copy.scalar_type().intern() == ScalarType.Double && role != Role.BATCH_COUNT;
                    return kept ? copy : copy.to(role.scalarType());
                });
            }

            @Override
            public void finish() {
                if (!remaining.isEmpty()) {
                    throw new IllegalArgumentException(
                            "The network has no tensors of these names: " + new TreeSet<>(remaining.keySet()));
                }
            }
        };
    }
}
