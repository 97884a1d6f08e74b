package io.draem.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.service.TestModels;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs of the real runtime that nobody waits for any more, on a graph of which one run takes long. */
@Timeout(60)
class TerminatedRunTests {

    private static final int SIZE = 512;
    private static final long NEVER = Long.MAX_VALUE / 2;
    private static final ModelInput IMAGE = new ModelInput(new float[3 * SIZE * SIZE], false);

    private static OnnxModel model;

    /** What the runs threw, or that they gave an answer. */
    private final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();

    private final CountDownLatch started = new CountDownLatch(1);

    @BeforeAll
    static void open() throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession shipped =
                        environment.createSession(TestModels.graph().toString(), options)) {
            Map<String, String> metadata = new HashMap<>(shipped.getMetadata().getCustomMetadata());
            metadata.put("draem.input.width", Integer.toString(SIZE));
            metadata.put("draem.input.height", Integer.toString(SIZE));
            OrtSession slow = environment.createSession(SlowGraph.of(SIZE, 40, metadata), options);
            model = OnnxModel.warmedUp(environment, slow, GraphContract.check(slow), Placement.cpu(1, null), 1);
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aRunIsStoppedWhenItsOnlyCallerGivesUpAndTheNextOneRunsWhole() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start();
        Ticket<ModelInput, ModelOutput> ticket = queue.submit(IMAGE, NEVER);
        started.await();
        ticket.cancel();
        assertThat(ends.take())
                .isInstanceOfSatisfying(
                        OrtException.class, e -> assertThat(e.getMessage()).contains("terminate"));
        assertThatExceptionOfType(InferenceException.Cancelled.class).isThrownBy(ticket::await);
        assertThat(queue.submit(IMAGE, NEVER).await().output().score()).isZero();
        assertThat(queue.drain(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void aRunIsStoppedAtTheDeadlineOfItsOnlyCaller() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start();
        long patience = model.expected().toNanos() / 4;
        Ticket<ModelInput, ModelOutput> ticket = queue.submit(IMAGE, System.nanoTime() + patience);
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class).isThrownBy(ticket::await);
        assertThat(queue.drain(Duration.ofSeconds(30))).isTrue();
        // None, where the worker came too late to begin.
        assertThat(ends).allSatisfy(end -> assertThat(end).isInstanceOf(OrtException.class));
    }

    @Test
    void aDrainStopsWhatOutlivesItsLimit() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start();
        Ticket<ModelInput, ModelOutput> ticket = queue.submit(IMAGE, NEVER);
        started.await();
        queue.drain(Duration.ofNanos(1));
        assertThat(ends.take()).isInstanceOf(OrtException.class);
        assertThatExceptionOfType(InferenceException.ShuttingDown.class).isThrownBy(ticket::await);
    }

    private InferenceQueue<ModelInput, ModelOutput> start() {
        BatchFunction<ModelInput, ModelOutput> watched = (inputs, termination) -> {
            started.countDown();
            try {
                List<ModelOutput> outputs = model.run(inputs, termination);
                ends.add(outputs);
                return outputs;
            } catch (OrtException e) {
                ends.add(e);
                throw e;
            }
        };
        QueueOptions options = new QueueOptions(4, 1, Duration.ZERO);
        return InferenceQueue.start("slow", List.of(watched), options, QueueListener.NONE, System::nanoTime);
    }
}
