package io.draem.service.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderChoice;
import io.draem.runtime.onnx.RunFailedException;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Runs of the real runtime that no request waits for any more, on a graph of which one run takes long. */
@Tag("slow")
@Timeout(60)
class TerminatedRunTests {

    private static final int SIZE = 512;
    private static final RequestContext NEVER = new TestContext();
    private static final ModelInput IMAGE = new ModelInput(new float[3 * SIZE * SIZE], false);

    private static OnnxModel model;

    /** What the runs threw, or that they gave an answer. */
    private final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();

    private final CountDownLatch started = new CountDownLatch(1);

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        ModelCard card = new ModelCard(
                "slow",
                SIZE,
                SIZE,
                new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                JsonMapper.shared().createObjectNode(),
                JsonMapper.shared().createObjectNode());
        Path file = Files.write(folder.resolve("model.onnx"), SlowGraph.of(SIZE, 40, card.toMetadata()));
        int threads = Runtime.getRuntime().availableProcessors();
        model = new ModelOpener(new ExecutionOptions(ProviderChoice.CPU, 0, threads, 1, 1))
                .open(GraphFile.read(file, Files.size(file)))
                .get(0);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aRunIsStoppedWhenItsOnlyRequestIsCancelledAndTheNextOneRunsWhole() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start();
        PendingRequest<ModelInput, ModelOutput> pending = queue.submit(IMAGE, NEVER);
        started.await();
        pending.cancel();
        assertThat(ends.take())
                .isInstanceOfSatisfying(
                        RunFailedException.class,
                        e -> assertThat(e.getMessage()).contains("terminate"));
        assertThatExceptionOfType(InferenceException.Cancelled.class).isThrownBy(pending::await);
        assertThat(queue.submit(IMAGE, NEVER).await().output().score()).isZero();
        assertThat(queue.drain(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void aRunIsStoppedAtTheDeadlineOfItsOnlyRequest() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start();
        long patience = model.runTime().toNanos() / 4;
        PendingRequest<ModelInput, ModelOutput> pending =
                queue.submit(IMAGE, new TestContext("client", System::nanoTime, System.nanoTime() + patience));
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class).isThrownBy(pending::await);
        assertThat(queue.drain(Duration.ofSeconds(30))).isTrue();
        // None, where the worker came too late to begin.
        assertThat(ends).allSatisfy(end -> assertThat(end).isInstanceOf(RunFailedException.class));
    }

    @Test
    void aDrainStopsWhatOutlivesItsLimit() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start();
        PendingRequest<ModelInput, ModelOutput> pending = queue.submit(IMAGE, NEVER);
        started.await();
        queue.drain(Duration.ofNanos(1));
        assertThat(ends.take()).isInstanceOf(RunFailedException.class);
        assertThatExceptionOfType(InferenceException.ShuttingDown.class).isThrownBy(pending::await);
    }

    private InferenceQueue<ModelInput, ModelOutput> start() {
        BatchFunction<ModelInput, ModelOutput> watched = (inputs, termination) -> {
            started.countDown();
            try {
                List<ModelOutput> outputs = model.run(inputs, termination);
                ends.add(outputs);
                return outputs;
            } catch (RunFailedException e) {
                ends.add(e);
                throw e;
            }
        };
        InferenceQueue.Options options = new InferenceQueue.Options(4, 1, Duration.ZERO);
        return InferenceQueue.start("slow", List.of(watched), options, QueueListener.NONE, System::nanoTime);
    }
}
