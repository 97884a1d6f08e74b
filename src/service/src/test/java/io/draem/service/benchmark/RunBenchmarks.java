package io.draem.service.benchmark;

import ai.onnxruntime.OrtException;
import io.draem.runtime.onnx.SlowGraph;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One run of a graph, with buffers of its own or with the same ones again and again: what is gained by an input tensor
 * over direct memory that is reused, and by outputs that are pinned. {@link Jmh} runs them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class RunBenchmarks {

    /** {@code none}: the graph only passes on what it gets, so that all there is to see are the buffers. */
    @Param({"shipped", "none"})
    public String graph = "shipped";

    @Param({"2"})
    public int threads;

    private Session session;
    private float[] pixels = {};

    @Setup
    public void open() throws Exception {
        session = graph.equals("shipped")
                ? Session.open(Session.SHIPPED, threads, false)
                : Session.open(SlowGraph.of(128, 0, Map.of()), threads, false);
        pixels = Photographs.tensors(session.width(), session.height()).get(0);
    }

    @TearDown
    public void close() throws OrtException {
        session.close();
    }

    /** What the examples do: a new tensor from an array, new outputs. */
    @Benchmark
    public float[] newInputNewOutputs() throws OrtException {
        return session.runOnCopy(pixels);
    }

    /** What the service does. */
    @Benchmark
    public float[] reusedInputNewOutputs() throws OrtException {
        return session.run(pixels);
    }

    @Benchmark
    public float[] reusedInputPinnedOutputs() throws OrtException {
        return session.runPinned(pixels);
    }
}
