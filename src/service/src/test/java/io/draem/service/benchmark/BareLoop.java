package io.draem.service.benchmark;

import io.draem.testing.BoundedProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A graph run again and again on photographs that are tensors already: what the machine gives at most. In a JVM of its
 * own, so that nothing but the loop is in it.
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
        BareLoop loop = new BareLoop(BoundedProcess.startJava(
                List.of(), BareLoop.class, graph.toString(), Integer.toString(threads), Boolean.toString(spinning)));
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
            List<float[]> images = Photographs.tensors(session.width(), session.height());
            for (int i = 0; i < 3; i++) {
                session.run(images.get(i));
            }
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            int next = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                List<String> times = new ArrayList<>();
                long end = System.nanoTime() + Long.parseLong(line);
                do {
                    long start = System.nanoTime();
                    session.run(images.get(next++ % images.size()));
                    times.add(Long.toString(System.nanoTime() - start));
                } while (System.nanoTime() < end);
                System.out.println(TIMES + String.join(" ", times));
            }
        }
    }
}
