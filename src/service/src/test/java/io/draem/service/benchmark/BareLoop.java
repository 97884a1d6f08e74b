package io.draem.service.benchmark;

import ai.onnxruntime.OrtException;
import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.image.PixelBytes;
import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.testing.BoundedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A graph run repeatedly on photographs that are tensors already, or on the tiles of a frame: the most that the machine
 * achieves. In a JVM of its own, so that nothing but the loop is in it.
 */
final class BareLoop implements AutoCloseable {

    private static final String TIMES = "times ";

    /** Longest wait for the graph to open, and for a run beyond its duration. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final BoundedProcess process;

    private BareLoop(BoundedProcess process) {
        this.process = process;
    }

    /**
     * Starts a JVM and opens the graph.
     *
     * @param spinning what ONNX Runtime does by default; the service has it off
     */
    static BareLoop start(Path graph, int threads, boolean spinning) throws IOException, InterruptedException {
        return start(graph.toString(), Integer.toString(threads), Boolean.toString(spinning));
    }

    /**
     * Starts a JVM, opens the graph of a tiled model and cuts a frame; a run is then one of all tiles of the frame.
     *
     * @param batch tiles that are run at once
     */
    static BareLoop start(Path graph, int threads, Path frame, int batch) throws IOException, InterruptedException {
        return start(graph.toString(), Integer.toString(threads), "false", frame.toString(), Integer.toString(batch));
    }

    private static BareLoop start(String... arguments) throws IOException, InterruptedException {
        BareLoop loop = new BareLoop(BoundedProcess.startJava(List.of(), BareLoop.class, arguments));
        Runtime.getRuntime().addShutdownHook(new Thread(loop::close));
        loop.process.awaitLine("ready", LIMIT);
        return loop;
    }

    /**
     * What the loop did.
     *
     * @param perSecond runs in a second
     */
    record Result(int runs, double perSecond, Duration median, Duration p99) {}

    /** Runs for some time, at least once. */
    Result run(Duration duration) throws IOException, InterruptedException {
        process.writeLine(Long.toString(duration.toNanos()));
        String line = process.awaitLine(TIMES, duration.plus(LIMIT));
        long[] times = Arrays.stream(line.substring(TIMES.length()).split(" "))
                .mapToLong(Long::parseLong)
                .sorted()
                .toArray();
        double perSecond = times.length / (Arrays.stream(times).sum() / 1e9);
        return new Result(
                times.length,
                perSecond,
                Duration.ofNanos(times[times.length / 2]),
                Duration.ofNanos(times[Math.min(times.length - 1, times.length * 99 / 100)]));
    }

    @Override
    public void close() {
        process.kill();
    }

    /** Reads durations in nanoseconds, runs for so long, and writes what each run took. */
    public static void main(String[] arguments) throws Exception {
        try (Session session = Session.open(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Boolean.parseBoolean(arguments[2]))) {
            List<List<float[]>> images = arguments.length > 3
                    ? List.of(tiles(session, Path.of(arguments[3]), Integer.parseInt(arguments[4])))
                    : Photographs.tensors(session.width(), session.height()).stream()
                            .map(List::of)
                            .toList();
            for (int i = 0; i < Math.min(3, images.size()); i++) {
                run(session, images.get(i));
            }
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            int next = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                List<String> times = new ArrayList<>();
                long end = System.nanoTime() + Long.parseLong(line);
                do {
                    long start = System.nanoTime();
                    run(session, images.get(next++ % images.size()));
                    times.add(Long.toString(System.nanoTime() - start));
                } while (System.nanoTime() < end);
                System.out.println(TIMES + String.join(" ", times));
            }
        }
    }

    private static void run(Session session, List<float[]> batches) throws OrtException {
        int single = 3 * session.width() * session.height();
        for (float[] batch : batches) {
            if (batch.length == single) {
                session.run(batch);
            } else {
                session.runOnCopy(batch);
            }
        }
    }

    /** Returns the tiles of a frame in batches. */
    private static List<float[]> tiles(Session session, Path file, int batch) throws Exception {
        ModelCard card = ModelCard.fromMetadata(session.metadata());
        FrameSize input = new FrameSize(card.width(), card.height());
        RgbImage image = Photographs.decode(Files.readAllBytes(file));
        FramePlan plan = FramePlan.of(card.framing(), input, image.width(), image.height(), null);
        FrameSize size = plan.frame();
        Frame frame = Frame.tiled(plan, PixelBytes.of(image).resized(size.width(), size.height()));
        int length = 3 * input.pixels();
        List<float[]> batches = new ArrayList<>();
        for (int first = 0; first < frame.inputs(); first += batch) {
            int count = Math.min(batch, frame.inputs() - first);
            float[] tensors = new float[count * length];
            for (int i = 0; i < count; i++) {
                frame.write(first + i, tensors, i * length);
            }
            batches.add(tensors);
        }
        return batches;
    }
}
