package io.draem.service.models;

import io.draem.runtime.onnx.CudaOptions;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.ProviderChoice;
import io.draem.runtime.onnx.TensorRtOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How graphs run and how requests are queued for them.
 *
 * @param provider {@code auto}: CUDA where it loads, else the CPU, with a warning in log, health and metrics unless
 *     the build is for CPUs alone; {@code cuda}, {@code tensorrt}: the start fails with the reason where the provider
 *     does not load; {@code cpu}
 * @param devices numbers of the GPUs, {@code 0,1} for two: every model gets a session and a worker on each
 * @param strict whether {@code cuda} and {@code tensorrt} refuse a graph of which a part would run on the CPU
 * @param cuda how CUDA runs graphs
 * @param tensorrt how TensorRT builds engines
 * @param threads threads of one run on the CPU. Default: the processors of the container
 * @param runs concurrent runs on the CPU, of all models together. Small models leave threads idle, which a second run
 *     uses. Each run has memory of its own; use 1 for a model that fills the machine. Default: 2, or 1 with one thread
 * @param queueCapacity requests that may wait for each model; further requests are rejected with 503 and {@code
 *     Retry-After}
 * @param maxBatchSize largest number of images in one run. Default: 1 on the CPU, where larger batches gain nothing,
 *     and 8 on a GPU
 * @param maxBatchDelay time that a request may wait for others to share its run
 */
@ConfigurationProperties("draem.inference")
public record InferenceProperties(
        @DefaultValue("auto") ProviderChoice provider,
        @DefaultValue("0") List<Integer> devices,
        @DefaultValue("true") boolean strict,
        @DefaultValue Cuda cuda,
        @DefaultValue TensorRtOptions tensorrt,
        @Nullable Integer threads,
        @Nullable Integer runs,
        @DefaultValue("64") int queueCapacity,
        @Nullable Integer maxBatchSize,
        @DefaultValue("0ms") Duration maxBatchDelay) {

    private static final int CPU_RUNS = 2;
    private static final int CPU_BATCH_SIZE = 1;
    private static final int GPU_BATCH_SIZE = 8;

    /**
     * How CUDA runs graphs.
     *
     * @param memoryLimit largest size of ONNX Runtime's arena on each GPU
     * @param arena how the arena grows: {@code same-as-requested}, or {@code next-power-of-two}, which asks the driver
     *     less often and takes more memory
     * @param convolutionSearch how cuDNN's algorithms are chosen: {@code heuristic}; {@code exhaustive}, which tries
     *     all of them during the warm-up; or {@code default}
     * @param convolutionWorkspace whether a convolution algorithm may take as much memory as it wants
     * @param tf32 whether matrix products may round to 10 bits of mantissa: faster, and scores differ from the
     *     trainer's in the third digit
     * @param shrinkArena whether the arena's unused memory is released after each run
     */
    public record Cuda(
            @Nullable DataSize memoryLimit,
            @DefaultValue("same-as-requested") CudaOptions.Arena arena,
            @DefaultValue("heuristic") CudaOptions.ConvolutionSearch convolutionSearch,
            @DefaultValue("true") boolean convolutionWorkspace,
            @DefaultValue("false") boolean tf32,
            @DefaultValue("false") boolean shrinkArena) {

        public Cuda {
            if (memoryLimit != null && memoryLimit.compareTo(DataSize.ofMegabytes(64)) < 0) {
                throw new IllegalArgumentException(
                        "draem.inference.cuda.memory-limit must be at least 64MB, got " + memoryLimit);
            }
        }

        private CudaOptions options() {
            return new CudaOptions(
                    memoryLimit != null ? memoryLimit.toBytes() : null,
                    arena,
                    convolutionSearch,
                    convolutionWorkspace,
                    tf32,
                    shrinkArena);
        }
    }

    public InferenceProperties {
        devices = List.copyOf(devices);
        devices.forEach(device -> require("devices", device, 0, 64));
        if (devices.isEmpty() || devices.stream().distinct().count() != devices.size()) {
            throw new IllegalArgumentException(
                    "draem.inference.devices must name each GPU once, at least one, got " + devices);
        }
        require("threads", threads == null ? 1 : threads, 1, 1024);
        require("runs", runs == null ? 1 : runs, 1, 64);
        require("queue-capacity", queueCapacity, 1, 100_000);
        require("max-batch-size", maxBatchSize == null ? 1 : maxBatchSize, 1, 256);
        if (maxBatchDelay.isNegative() || maxBatchDelay.compareTo(Duration.ofSeconds(10)) > 0) {
            throw new IllegalArgumentException(
                    "draem.inference.max-batch-delay must be between 0 and 10s, got " + maxBatchDelay);
        }
    }

    /** Returns how graphs run, with the defaults of this machine. */
    public ExecutionOptions execution() {
        int cpuThreads = threads != null ? threads : Runtime.getRuntime().availableProcessors();
        return new ExecutionOptions(
                provider,
                devices,
                cpuThreads,
                runs != null ? runs : Math.min(CPU_RUNS, cpuThreads),
                true,
                maxBatchSize != null ? maxBatchSize : CPU_BATCH_SIZE,
                maxBatchSize != null ? maxBatchSize : GPU_BATCH_SIZE,
                strict,
                true,
                cuda.options(),
                tensorrt);
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "draem.inference." + name + " must be between " + min + " and " + max + ", got " + value);
        }
    }
}
