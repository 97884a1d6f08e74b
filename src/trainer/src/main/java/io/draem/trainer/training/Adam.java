package io.draem.trainer.training;

import io.draem.trainer.checkpoint.DeferredTensor;
import io.draem.trainer.network.Scopes;
import io.draem.trainer.network.TensorConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The Adam optimizer (arXiv 1412.6980), with weight decay by either {@link OptimizerRule}.
 *
 * <p>libtorch's Adam stores its state by address; this one by parameter name, so that a training can be resumed
 * exactly.
 */
public final class Adam implements AutoCloseable {

    private static final String STEP = "step";
    private static final String MEAN = "exp_avg.";
    private static final String SQUARE = "exp_avg_sq.";

    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final Options options;
    private double learningRate;
    private long step;

    private record Slot(Tensor parameter, Tensor mean, Tensor square) {}

    /**
     * Options other than the learning rate. Invalid values are refused with an {@link IllegalArgumentException} that names
     * the command line's option.
     *
     * @param rule of the weight decay
     * @param weightDecay share of each weight that a step subtracts, times the learning rate, or adds to the gradient
     * @param beta1 decay rate of the mean gradient
     * @param beta2 decay rate of the mean square
     * @param epsilon added to the root of the mean square
     */
    public record Options(OptimizerRule rule, double weightDecay, double beta1, double beta2, double epsilon) {

        /** Those of the paper's code, which are torch's and those of arXiv 1412.6980; no weight decay. */
        public static final Options DEFAULTS = new Options(OptimizerRule.ADAM, 0, 0.9, 0.999, 1e-8);

        public Options {
            require(weightDecay >= 0 && weightDecay < 1, "--weight-decay must be at least 0 and below 1", weightDecay);
            require(beta1 >= 0 && beta1 < 1, "--adam-betas must be at least 0 and below 1", beta1);
            require(beta2 >= 0 && beta2 < 1, "--adam-betas must be at least 0 and below 1", beta2);
            require(
                    epsilon > 0 && epsilon < Double.POSITIVE_INFINITY,
                    "--adam-epsilon must be a number above 0",
                    epsilon);
        }

        private static void require(boolean holds, String rule, double value) {
            if (!holds) {
                throw new IllegalArgumentException(rule + ", not " + value);
            }
        }
    }

    /** Makes an optimizer with {@link Options#DEFAULTS}. */
    public Adam(Map<String, Tensor> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULTS);
    }

    /**
     * Creates an optimizer of parameters, which it does not own. Its state has their element type and memory format,
     * so convert the network first.
     */
    public Adam(Map<String, Tensor> parameters, double learningRate, Options options) {
        this.options = options;
        learningRate(learningRate);
        parameters.forEach((name, parameter) -> {
            Tensor mean = torch.zeros_like(parameter);
            Tensor square = torch.zeros_like(parameter);
            mean.retainReference(); // it outlives the scope that may be open here
            square.retainReference();
            slots.put(name, new Slot(parameter, mean, square));
        });
    }

    public double learningRate() {
        return learningRate;
    }

    public void learningRate(double newRate) {
        if (!(newRate > 0) || Double.isInfinite(newRate)) {
            throw new IllegalArgumentException("The learning rate must be a positive number, not " + newRate);
        }
        learningRate = newRate;
    }

    /** Returns the number of steps. */
    public long steps() {
        return step;
    }

    /** Updates every parameter that has a gradient, then drops the gradients. */
    public void step() {
        step++;
        double correction2 = Math.sqrt(1 - Math.pow(options.beta2(), step));
        double size = learningRate * correction2 / (1 - Math.pow(options.beta1(), step));
        try (PointerScope scope = new PointerScope()) {
            Scalar towardsGradient = new Scalar(1 - options.beta1());
            Scalar beta2 = new Scalar(options.beta2());
            Scalar ofSquare = new Scalar(1 - options.beta2());
            // Both bias corrections go into the step's size, ε therefore scales with the second one.
            Scalar epsilon = new Scalar(options.epsilon() * correction2);
            Scalar minusSize = new Scalar(-size);
            Scalar kept = new Scalar(1 - learningRate * options.weightDecay());
            Scalar decay = new Scalar(options.weightDecay());
            Scopes.withoutGradients(() -> slots.values().forEach(slot -> {
                try (Tensor gradient = slot.parameter().grad()) {
                    if (gradient.defined()) {
                        if (options.weightDecay() > 0) {
                            switch (options.rule()) {
                                case ADAM -> gradient.add_(slot.parameter(), decay); // dropped after the step
                                case ADAMW -> slot.parameter().mul_(kept);
                            }
                        }
                        slot.mean().lerp_(gradient, towardsGradient);
                        slot.square().mul_(beta2).addcmul_(gradient, gradient, ofSquare);
                        try (Tensor root = slot.square().sqrt()) {
                            slot.parameter().addcdiv_(slot.mean(), root.add_(epsilon), minusSize);
                        }
                    }
                }
            }));
        }
        clearGradients();
    }

    /** Drops the gradients of all parameters. */
    public void clearGradients() {
        slots.values().forEach(slot -> slot.parameter().mutable_grad().reset());
    }

    /** Scales all gradients so that their common L2 norm is at most {@code largest}; returns what it was. */
    public double clipGradients(double largest) {
        try (PointerScope scope = new PointerScope()) {
            Tensor[] parameters = slots.values().stream().map(Slot::parameter).toArray(Tensor[]::new);
            return torch.clip_grad_norm_(new TensorVector(parameters), largest);
        }
    }

    /** Returns the whole state as it will be when written: {@code step}, and both moving averages by parameter name. */
    public Map<String, DeferredTensor> deferredState() {
        Map<String, DeferredTensor> state = new LinkedHashMap<>();
        ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        count.putLong(0, step);
        state.put(
                STEP,
                DeferredTensor.of(new io.draem.trainer.checkpoint.Tensor(
                        io.draem.trainer.checkpoint.Tensor.Type.I64, new long[0], count)));
        tensors().forEach((name, tensor) -> state.put(name, TensorConversion.deferred(tensor)));
        return state;
    }

    /** Returns a copy of the whole state, named as in {@link #deferredState}. */
    public Map<String, io.draem.trainer.checkpoint.Tensor> state() {
        Map<String, io.draem.trainer.checkpoint.Tensor> state = new LinkedHashMap<>();
        deferredState()
                .forEach((name, tensor) -> state.put(name, tensor.values().get()));
        return state;
    }

    /** Returns whether all numbers of the state are finite. */
    boolean isFinite() {
        return Scopes.areFinite(tensors().values());
    }

    /**
     * Restores a state that {@link #state} returned.
     *
     * @throws IllegalArgumentException naming a tensor that is missing, unknown or of another shape; the optimizer is
     *     unchanged then
     */
    public void restore(Map<String, io.draem.trainer.checkpoint.Tensor> state) {
        Map<String, Tensor> own = tensors();
        check(state, STEP, new long[0]);
        if (given(state, STEP).type() != io.draem.trainer.checkpoint.Tensor.Type.I64) {
            throw new IllegalArgumentException("The optimizer's step is " + given(state, STEP) + ", not I64");
        }
        own.forEach((name, tensor) -> check(state, name, tensor.shape()));
        if (state.size() != own.size() + 1) {
            TreeSet<String> unknown = new TreeSet<>(state.keySet());
            unknown.removeAll(own.keySet());
            unknown.remove(STEP);
            throw new IllegalArgumentException("The optimizer's state has tensors of no parameter: " + unknown);
        }
        own.forEach((name, tensor) -> {
            try (PointerScope scope = new PointerScope()) {
                tensor.copy_(TensorConversion.toNative(given(state, name)));
            }
        });
        step = given(state, STEP).data().getLong();
    }

    private static void check(Map<String, io.draem.trainer.checkpoint.Tensor> state, String name, long[] shape) {
        io.draem.trainer.checkpoint.Tensor tensor = given(state, name);
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException("Tensor '" + name + "' of the optimizer's state is " + tensor
                    + "; its parameter has shape " + Arrays.toString(shape));
        }
    }

    private static io.draem.trainer.checkpoint.Tensor given(
            Map<String, io.draem.trainer.checkpoint.Tensor> state, String name) {
        io.draem.trainer.checkpoint.Tensor tensor = state.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("The optimizer's state has no tensor '" + name + "'");
        }
        return tensor;
    }

    private Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        slots.forEach((name, slot) -> {
            tensors.put(MEAN + name, slot.mean());
            tensors.put(SQUARE + name, slot.square());
        });
        return tensors;
    }

    /** Releases the state; the parameters stay. */
    @Override
    public void close() {
        slots.values().forEach(slot -> {
            slot.mean().releaseReference();
            slot.square().releaseReference();
        });
        slots.clear();
    }
}
