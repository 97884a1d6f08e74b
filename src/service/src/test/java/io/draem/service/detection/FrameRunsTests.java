package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.draem.frame.Frame;
import io.draem.frame.FrameBlender.Reconstruction;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.image.PixelBytes;
import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.Termination;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.service.queue.BatchFunction;
import io.draem.service.queue.DeviceScheduler;
import io.draem.service.queue.InferenceQueue;
import io.draem.service.queue.PendingRequest;
import io.draem.service.queue.QueueListener;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import io.draem.service.queue.TestContext;
import io.draem.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;

/** Frames through a queue whose function returns the red plane as the map, and its largest value as the score. */
@Timeout(60)
class FrameRunsTests {

    private static final FrameSize TILE = FrameSize.square(16);
    private static final int BATCH = 2;
    private static final int MAX_IN_FLIGHT = 3 * BATCH;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Called before each run with its inputs. */
    private interface Run {
        void starts(List<ModelInput> inputs) throws Exception;
    }

    private final ModelCard whole = card(Framing.WHOLE);
    private final ModelCard tiled =
            card(new Framing(new Tiling(FrameScale.ONE, 4, Tiling.marginOf(TILE)), FrameScore.MAXIMUM, null, false));
    private final List<List<ModelInput>> runs = Collections.synchronizedList(new ArrayList<>());
    private final List<InferenceQueue<ModelInput, ModelOutput>> queues = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Semaphore gate = new Semaphore(0);

    @AfterEach
    void drain() throws InterruptedException {
        gate.release(1_000_000);
        for (InferenceQueue<ModelInput, ModelOutput> queue : queues) {
            assertThat(queue.drain(Duration.ofSeconds(10))).isTrue();
        }
        threads.shutdown();
    }

    @Test
    void joinsTheOutputsOfTheTilesToThoseOfTheFrame() throws Exception {
        PixelBytes pixels = noise(50, 37);
        InferenceQueue<ModelInput, ModelOutput> queue = start(inputs -> {});
        FrameRuns.Result result = run(queue, tiled, frame(pixels), Reconstruction.RGB, new TestContext());
        assertThat(result.inputs()).isEqualTo(5 * 4);
        assertThat(runs.stream().mapToInt(List::size).sum()).isEqualTo(5 * 4);
        AnomalyMap map = result.frame().map();
        float largest = 0;
        for (int i = 0; i < 50 * 37; i++) {
            float red = (pixels.samples()[3 * i] & 0xFF) / 255f;
            assertThat(map.values()[i]).isEqualTo(red, within(1e-6f));
            largest = Math.max(largest, red);
        }
        assertThat(result.frame().score()).isEqualTo(largest, within(1e-6f));
        assertThat(result.frame().picture().rgb()).isEqualTo(pixels.samples());
        assertThat(queue.depth()).isZero();
    }

    @Test
    void anImageThatIsNotCutIsOneInputWithTheGraphsOwnOutputs() throws Exception {
        float[] tensor = new float[3 * TILE.pixels()];
        tensor[7] = 0.25f;
        FramePlan plan = FramePlan.of(Framing.WHOLE, TILE, 640, 480, null);
        FrameRuns.Result result =
                run(start(inputs -> {}), whole, Frame.whole(plan, tensor), Reconstruction.PLANES, new TestContext());
        assertThat(runs).hasSize(1);
        assertThat(runs.get(0)).hasSize(1);
        assertThat(runs.get(0).get(0).pixels()).isSameAs(tensor);
        assertThat(result.inputs()).isEqualTo(1);
        assertThat(result.frame().score()).isEqualTo(0.25f);
        assertThat(result.frame().planes()).isSameAs(tensor);
    }

    @Test
    void aTensorOfATiledModelHasTheScoreOfTheGraph() throws Exception {
        float[] tensor = new float[3 * TILE.pixels()];
        tensor[7] = 0.25f;
        Frame frame = Frame.whole(FrameAdmission.ofTensor(tiled), tensor);
        FrameRuns.Result result = run(start(inputs -> {}), tiled, frame, Reconstruction.NONE, new TestContext());
        assertThat(result.frame().score()).isEqualTo(0.25f);
        assertThat(result.frame().planes()).isNull();
    }

    @Test
    void severalFramesEndInTheirOrder() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start(inputs -> {});
        RequestContext context = new TestContext();
        List<PixelBytes> images = List.of(noise(20, 40), noise(16, 16), noise(90, 17));
        try (QueueWindow<ModelInput, ModelOutput> window = queue.window();
                FrameRuns frames = new FrameRuns(tiled, MAX_IN_FLIGHT, window, context)) {
            for (int i = 0; i < images.size(); i++) {
                try (Slot<ModelInput, ModelOutput> slot = i == 0 ? window.first() : window.next(context)) {
                    frames.submit(frame(images.get(i)), Reconstruction.NONE, slot);
                }
            }
            List<FrameRuns.Result> results = frames.finish();
            for (int i = 0; i < images.size(); i++) {
                AnomalyMap map = results.get(i).frame().map();
                assertThat(map.width()).isEqualTo(images.get(i).width());
                assertThat(map.height()).isEqualTo(images.get(i).height());
            }
        }
    }

    @Test
    void aCancelledFrameEndsAfterTheRunThatIsUnderWay() throws Exception {
        TestContext context = new TestContext();
        InferenceQueue<ModelInput, ModelOutput> queue = start(inputs -> {
            if (runs.size() == 3) {
                context.cancel();
                Await.until(LIMIT, () -> queues.get(0).depth() == 0);
            }
        });
        assertFails(queue, context, Outcome.CANCELLED);
        assertThat(runs).hasSize(3);
        assertThat(queue.depth()).isZero();
    }

    @Test
    void noTileRunsAfterTheDeadline() throws Exception {
        AtomicLong clock = new AtomicLong();
        InferenceQueue<ModelInput, ModelOutput> queue =
                start(inputs -> clock.addAndGet(1_000_000_000), new DeviceScheduler(), clock::get);
        assertFails(queue, new TestContext("client", clock::get, 5_500_000_000L), Outcome.DEADLINE_EXCEEDED);
        assertThat(runs).hasSize(6);
        assertThat(queue.depth()).isZero();
    }

    @Test
    void aTileThatFailsFailsTheFrame() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start(inputs -> {
            if (runs.size() == 3) {
                throw new IllegalStateException("the third run");
            }
        });
        assertFails(queue, new TestContext(), Outcome.INFERENCE_FAILED);
        // What waited behind it may have been taken before the failure was noticed.
        assertThat(runs.size()).isLessThanOrEqualTo(3 + 2 + 1);
        assertThat(queue.depth()).isZero();
    }

    @Test
    void aSingleImageWaitsForAtMostTwoBatchesOfAFrame() throws Exception {
        InferenceQueue<ModelInput, ModelOutput> queue = start(inputs -> gate.acquire());
        Future<FrameRuns.Result> large = runInBackground(queue);
        Await.until(LIMIT, () -> runs.size() == 1 && queue.depth() == 2 * BATCH);
        ModelInput single = new ModelInput(new float[3 * TILE.pixels()], false);
        PendingRequest<ModelInput, ModelOutput> pending = queue.submit(single, new TestContext("other"));
        gate.release(1_000);
        pending.await();
        int ranIn = indexOf(single);
        assertThat(ranIn).as("after the one that ran and two that waited").isEqualTo(3);
        assertThat(large.get().inputs()).isGreaterThan(4 * BATCH);
    }

    @Test
    void outputsOfAFastWorkerDoNotPileUpBehindASlowOne() throws Exception {
        float[] first = frame(noise(100, 100)).input(0);
        Run slow = inputs -> {
            if (inputs.stream().anyMatch(input -> Arrays.equals(input.pixels(), first))) {
                gate.acquire();
            }
        };
        InferenceQueue<ModelInput, ModelOutput> queue = start(slow, 2, new DeviceScheduler(2), System::nanoTime);
        Future<FrameRuns.Result> large = runInBackground(queue);
        Await.until(LIMIT, () -> started() == MAX_IN_FLIGHT && waitsIn("limitInFlight"));
        assertThat(started()).isEqualTo(MAX_IN_FLIGHT);
        gate.release();
        assertThat(large.get().inputs()).isEqualTo(started()).isGreaterThan(2 * MAX_IN_FLIGHT);
    }

    @Test
    void anotherModelOnTheDeviceWaitsForOneRunOfAFrame() throws Exception {
        DeviceScheduler device = DeviceScheduler.exclusive(1);
        InferenceQueue<ModelInput, ModelOutput> queue = start(inputs -> gate.acquire(), device, System::nanoTime);
        InferenceQueue<ModelInput, ModelOutput> other = start(inputs -> {}, device, System::nanoTime);
        Future<FrameRuns.Result> large = runInBackground(queue);
        Await.until(LIMIT, () -> runs.size() == 1);
        ModelInput single = new ModelInput(new float[3 * TILE.pixels()], false);
        PendingRequest<ModelInput, ModelOutput> pending = other.submit(single, new TestContext("other"));
        // The other worker has the single image once it waits for the device.
        Await.until(LIMIT, FrameRunsTests::waitsForTheDevice);
        gate.release(1_000);
        pending.await();
        assertThat(indexOf(single)).isEqualTo(1);
        large.get();
    }

    @Test
    void theTimesAreThoseInWhichAnyInputRanAndNoneDid() throws Exception {
        AtomicLong clock = new AtomicLong();
        InferenceQueue<ModelInput, ModelOutput> queue =
                start(inputs -> clock.addAndGet(10_000_000), new DeviceScheduler(), clock::get);
        TestContext context = new TestContext("client", clock::get, Long.MAX_VALUE / 2);
        FrameRuns.Result result = run(queue, tiled, frame(noise(60, 60)), Reconstruction.NONE, context);
        assertThat(result.ran()).isEqualTo(Duration.ofMillis(10L * runs.size()));
        assertThat(result.queued()).isZero();
    }

    private void assertFails(InferenceQueue<ModelInput, ModelOutput> queue, RequestContext context, Outcome outcome) {
        Frame frame = frame(noise(120, 120));
        assertThat(frame.inputs()).isEqualTo(121);
        assertThatExceptionOfType(DetectionException.class)
                .isThrownBy(() -> run(queue, tiled, frame, Reconstruction.NONE, context))
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(outcome));
    }

    /** Returns how many inputs have run, or do. */
    private int started() {
        synchronized (runs) {
            return runs.stream().mapToInt(List::size).sum();
        }
    }

    private static boolean waitsIn(String method) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getState() == Thread.State.WAITING
                        || thread.getKey().getState() == Thread.State.TIMED_WAITING)
                .flatMap(thread -> Arrays.stream(thread.getValue()))
                .anyMatch(frame -> frame.getClassName().equals(FrameRuns.class.getName())
                        && frame.getMethodName().equals(method));
    }

    private static boolean waitsForTheDevice() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals("inference-frames-1-0")
                        && thread.getKey().getState() == Thread.State.TIMED_WAITING)
                .flatMap(thread -> Arrays.stream(thread.getValue()))
                .anyMatch(frame -> frame.getClassName().startsWith(DeviceScheduler.class.getName()));
    }

    private int indexOf(ModelInput input) {
        synchronized (runs) {
            for (int i = 0; i < runs.size(); i++) {
                if (runs.get(i).contains(input)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private Future<FrameRuns.Result> runInBackground(InferenceQueue<ModelInput, ModelOutput> queue) {
        return threads.submit(
                () -> run(queue, tiled, frame(noise(100, 100)), Reconstruction.NONE, new TestContext("large")));
    }

    private static FrameRuns.Result run(
            InferenceQueue<ModelInput, ModelOutput> queue,
            ModelCard card,
            Frame frame,
            Reconstruction reconstruction,
            RequestContext context)
            throws Exception {
        try (QueueWindow<ModelInput, ModelOutput> window = queue.window();
                Slot<ModelInput, ModelOutput> first = window.first();
                FrameRuns frames = new FrameRuns(card, MAX_IN_FLIGHT, window, context)) {
            window.announce(frame.inputs() - 1, context);
            frames.submit(frame, reconstruction, first);
            return frames.finish().get(0);
        }
    }

    private InferenceQueue<ModelInput, ModelOutput> start(Run run) {
        return start(run, new DeviceScheduler(), System::nanoTime);
    }

    private InferenceQueue<ModelInput, ModelOutput> start(Run run, DeviceScheduler device, LongSupplier clock) {
        return start(run, 1, device, clock);
    }

    private InferenceQueue<ModelInput, ModelOutput> start(
            Run run, int workers, DeviceScheduler device, LongSupplier clock) {
        BatchFunction<ModelInput, ModelOutput> function = new BatchFunction<>() {
            @Override
            public List<ModelOutput> run(List<ModelInput> inputs, Termination termination) throws Exception {
                runs.add(inputs);
                run.starts(inputs);
                return inputs.stream().map(FrameRunsTests::output).toList();
            }

            @Override
            public DeviceScheduler device() {
                return device;
            }
        };
        InferenceQueue<ModelInput, ModelOutput> queue = InferenceQueue.start(
                "frames-" + queues.size(),
                Collections.nCopies(workers, function),
                new InferenceQueue.Options(20, BATCH, Duration.ZERO),
                QueueListener.NONE,
                clock);
        queues.add(queue);
        return queue;
    }

    private static ModelOutput output(ModelInput input) {
        AnomalyMap map = new AnomalyMap(TILE.width(), TILE.height(), Arrays.copyOf(input.pixels(), TILE.pixels()));
        return new ModelOutput(map.max(), map, input.reconstruction() ? input.pixels() : null);
    }

    private Frame frame(PixelBytes pixels) {
        return Frame.tiled(FramePlan.of(tiled.framing(), TILE, pixels.width(), pixels.height(), null), pixels);
    }

    private static PixelBytes noise(int width, int height) {
        byte[] samples = new byte[3 * width * height];
        new Random(1).nextBytes(samples);
        return new PixelBytes(width, height, 3, samples);
    }

    private static ModelCard card(Framing framing) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return new ModelCard(
                        "part",
                        TILE.width(),
                        TILE.height(),
                        new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                        json.objectNode(),
                        json.objectNode())
                .withFraming(framing);
    }
}
