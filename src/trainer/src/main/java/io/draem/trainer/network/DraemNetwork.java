package io.draem.trainer.network;

import io.draem.trainer.checkpoint.DeferredTensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The DRÆM network (arXiv 2108.07610): it reconstructs an image without its anomalies and segments where the two differ.
 *
 * <p>Parameters and buffers have the names of anomalib's {@code DraemModel}. The network owns them and must be closed;
 * the result of a forward pass belongs to the {@link PointerScope} of the call. It is not thread-safe.
 */
public final class DraemNetwork implements AutoCloseable {

    private static final int STRIDE = 32; // five times halved
    private static final long[] PIXELS = {2, 3}; // the axes of an image

    private final NetworkOptions options;
    private final Weights weights;
    private final BatchNorm.Mode mode = new BatchNorm.Mode();
    private final ReconstructiveNetwork reconstructive;
    private final DiscriminativeNetwork discriminative;
    private Precision precision = Precision.FLOAT32;
    private MemoryFormat memoryFormat = MemoryFormat.Contiguous;
    private ComputeDevice device = ComputeDevice.CPU;

    private DraemNetwork(NetworkOptions options, TensorSource source) {
        this.options = options;
        weights = new Weights(source);
        try {
            reconstructive = new ReconstructiveNetwork(weights, mode, options.baseWidth(), options.sspcab());
            discriminative = new DiscriminativeNetwork(weights, mode, options.discriminativeBaseWidth());
            source.finish();
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** Makes a float32 network in evaluation mode with random weights as in the paper's code, the same for every seed. */
    public static DraemNetwork create(NetworkOptions options, long seed) {
        return create(options, Initialization.PAPER, seed);
    }

    /**
     * Makes a float32 network in evaluation mode with initial weights. A seed always gives the same ones.
     *
     * @throws IllegalArgumentException if there are none for such a network
     */
    public static DraemNetwork create(NetworkOptions options, Initialization initialization, long seed) {
        initialization.requireFits(options);
        try (PointerScope scope = new PointerScope();
                Generator generator = torch.make_generator_cpu(seed)) {
            return new DraemNetwork(
                    options,
                    switch (initialization) {
                        case PAPER -> TensorSource.random(generator);
                        case PYTORCH -> TensorSource.pytorch(generator);
                        case PRIOR ->
                            DiscriminativeNetwork.withPrior(TensorSource.random(generator), Initialization.PRIOR_SHARE);
                        case PRETRAINED -> Initialization.pretrainedSource();
                    });
        }
    }

    /**
     * Creates a network in evaluation mode from tensors: in float64 if they are, otherwise in float32.
     *
     * @throws IllegalArgumentException naming a tensor that is missing, unknown or of another shape
     */
    public static DraemNetwork load(NetworkOptions options, Map<String, io.draem.trainer.checkpoint.Tensor> tensors) {
        boolean doubles =
                tensors.values().stream().anyMatch(t -> t.type() == io.draem.trainer.checkpoint.Tensor.Type.F64);
        try (PointerScope scope = new PointerScope()) {
            DraemNetwork network = new DraemNetwork(options, TensorSource.of(tensors));
            network.convert(doubles ? Precision.FLOAT64 : Precision.FLOAT32, MemoryFormat.Contiguous);
            return network;
        }
    }

    /** Returns the shape of every tensor of a network with these options by name, without allocating any. */
    public static Map<String, long[]> shapes(NetworkOptions options) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            new DraemNetwork(options, TensorSource.recording(shapes)).close();
        }
        return shapes;
    }

    public NetworkOptions options() {
        return options;
    }

    /** Returns copies of all parameters and buffers, row-major. */
    public Map<String, io.draem.trainer.checkpoint.Tensor> tensors() {
        Map<String, io.draem.trainer.checkpoint.Tensor> copies = new LinkedHashMap<>();
        weights.tensors().forEach((name, tensor) -> copies.put(name, TensorConversion.toHeap(tensor)));
        return copies;
    }

    /** Returns all parameters and buffers, copied when each is written. */
    public Map<String, DeferredTensor> deferredTensors() {
        Map<String, DeferredTensor> deferred = new LinkedHashMap<>();
        weights.tensors().forEach((name, tensor) -> deferred.put(name, TensorConversion.deferred(tensor)));
        return deferred;
    }

    /** Returns whether every element of all parameters and buffers is finite. */
    public boolean isFinite() {
        return Scopes.areFinite(weights.tensors().values());
    }

    /** Returns the parameters themselves, in a fixed order; they live as long as the network. */
    public Map<String, Tensor> namedParameters() {
        return weights.parameters();
    }

    /** Returns the parameters themselves in a vector that belongs to the scope of the call. */
    public TensorVector parameters() {
        return new TensorVector(weights.parameters().values().toArray(Tensor[]::new));
    }

    /**
     * Changes arithmetic and memory format in place. {@link MemoryFormat#ChannelsLast} is the faster one for training on
     * a CPU. Call it before the first step: an optimizer's state keeps its format.
     */
    public void convert(Precision newPrecision, MemoryFormat newFormat) {
        try (PointerScope scope = new PointerScope()) {
            weights.convert(newPrecision.weights(), newFormat);
        }
        precision = newPrecision;
        memoryFormat = newFormat;
    }

    /** Moves the weights to a device, which then computes the network. Call it before creating an optimizer of the weights. */
    public void moveTo(ComputeDevice newDevice) {
        newDevice.prepare();
        try (PointerScope scope = new PointerScope()) {
            weights.move(newDevice);
        }
        device = newDevice;
    }

    public ComputeDevice device() {
        return device;
    }

    /** Returns the tensor on the network's device: itself, or a copy that belongs to the scope of the call. */
    public Tensor onDevice(Tensor tensor) {
        return device.hold(tensor);
    }

    public Precision precision() {
        return precision;
    }

    /** Chooses between training (batch statistics, which enter the running ones) and evaluation (running statistics). */
    public void train(boolean on) {
        mode.train(on);
    }

    public boolean isTraining() {
        return mode.training();
    }

    BatchNorm.Mode mode() {
        return mode;
    }

    void forgetBatches() {
        weights.batchCounts().forEach(Tensor::zero_);
    }

    /**
     * Runs both sub-networks.
     *
     * @param images {@code [batch, 3, height, width]}, height and width multiples of 32
     * @throws IllegalArgumentException for another shape
     */
    public NetworkOutput forward(Tensor images) {
        if (images.dim() != 4 || images.size(1) != 3 || images.size(2) % STRIDE != 0 || images.size(3) % STRIDE != 0) {
            throw new IllegalArgumentException(
                    "Images must be [batch, 3, height, width] with height and width multiples" + " of " + STRIDE
                            + ", not " + Arrays.toString(images.shape()));
        }
        return Scopes.keep(
                () -> {
                    if (precision != Precision.BFLOAT16) {
                        return runBoth(images);
                    }
                    try (Autocast autocast = new Autocast(device)) {
                        return runBoth(images);
                    }
                },
                NetworkOutput::tensors);
    }

    private NetworkOutput runBoth(Tensor images) {
        ScalarType type = precision.weights();
        InputNormalization normalization = options.inputNormalization();
        Tensor taken = onDevice(images).to(type);
        Tensor mean = options.centered() ? taken.mean(PIXELS, true, new ScalarTypeOptional()) : null;
        Tensor prepared =
                mean != null ? taken.sub(mean) : normalization != null ? normalization.normalize(taken) : taken;
        Tensor input = prepared.contiguous(memoryFormat);
        ReconstructiveNetwork.Result result = reconstructive.forward(input);
        Tensor logits = discriminative.forward(input, result.reconstruction());
        Tensor sspcabInput = result.sspcabInput();
        Tensor sspcabOutput = result.sspcabOutput();
        Tensor reconstruction = result.reconstruction().to(type);
        return new NetworkOutput(
                mean != null
                        ? reconstruction.add(mean)
                        : normalization != null ? normalization.restore(reconstruction) : reconstruction,
                logits.to(type),
                sspcabInput == null ? null : sspcabInput.to(type),
                sspcabOutput == null ? null : sspcabOutput.to(type));
    }

    /** Releases the weights. */
    @Override
    public void close() {
        weights.close();
    }
}
