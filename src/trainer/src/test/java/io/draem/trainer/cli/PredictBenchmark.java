package io.draem.trainer.cli;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.draem.frame.Frame;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.testing.BoundedProcess;
import io.draem.testing.ProcessMemory;
import io.draem.trainer.data.FileTree;
import io.draem.trainer.data.FrameFile;
import io.draem.trainer.evaluation.GraphDetector;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Prints images per second of {@code predict} on copies of the photographs, with its start and without, next to a bare loop
 * of ONNX Runtime on the same images as tensors, in batches of the same size; and the files that it wrote and its peak
 * resident memory. Arguments: copies of the 46 photographs (5), rounds (3), then further options of {@code predict}.
 * Properties: {@code graph}, of a model without tiles (the shipped one), and {@code jvm} (as {@code -Xmx1g}).
 */
final class PredictBenchmark {

    private static final int BATCH = 4;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final Pattern RATE = Pattern.compile("([0-9.]+) images/s; wrote");

    private PredictBenchmark() {}

    /** @param rate images per second by its last line, thus without the start of the JVM and the opening of the model */
    private record Prediction(double rate, double seconds, long files, long residentMegabytes) {}

    public static void main(String[] arguments) throws Exception {
        int copies = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        List<String> options = Stream.of(arguments).skip(2).toList();
        Path graph = Path.of(System.getProperty("graph", "src/models/cookie/1/model.onnx"));
        Path folder = Files.createTempDirectory("draem-benchmark");
        try {
            List<Path> photographs =
                    FileTree.ofImages(Path.of("src/data/cookie/test")).images();
            Path images = Files.createDirectories(folder.resolve("images"));
            for (int i = 0; i < copies * photographs.size(); i++) {
                Files.copy(photographs.get(i % photographs.size()), images.resolve(i + ".jpg"));
            }
            int count = copies * photographs.size();
            try (BareLoop loop = new BareLoop(graph, photographs)) {
                for (int round = 0; round < rounds; round++) {
                    // Each is first every other time, so that a machine that slows down favors neither.
                    double before = round % 2 == 0 ? loop.run(count) : 0;
                    Prediction predict = predict(graph, images, folder.resolve("out" + round), options);
                    double bare = round % 2 == 0 ? before : loop.run(count);
                    System.out.printf(
                            Locale.ROOT,
                            "%d images, %d threads: bare loop %.1f images/s, predict %.1f images/s (%.0f %%), with its"
                                    + " start %.1f images/s; %d files, resident at most %d MiB%n",
                            count,
                            THREADS,
                            bare,
                            predict.rate(),
                            100 * predict.rate() / bare,
                            count / predict.seconds(),
                            predict.files(),
                            predict.residentMegabytes());
                }
            }
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Prediction predict(Path graph, Path images, Path output, List<String> options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("predict", "--model=" + graph, "--images=" + images));
        arguments.addAll(List.of("--output=" + output, "--batch-size=" + BATCH, "--threads=" + THREADS));
        arguments.addAll(options);
        List<String> jvm = Stream.of(System.getProperty("jvm", "").split(" "))
                .filter(option -> !option.isEmpty())
                .toList();
        long start = System.nanoTime();
        try (BoundedProcess process = BoundedProcess.startJava(jvm, Main.class, arguments.toArray(String[]::new))) {
            long resident = 0;
            while (process.isAlive()) {
                resident = Math.max(resident, residentMegabytes(process.pid()));
                TimeUnit.MILLISECONDS.sleep(50);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            int status = process.awaitExit(LIMIT);
            Matcher rate = RATE.matcher(process.output());
            if (status != 0 || !rate.find()) {
                throw new IllegalStateException("predict ended with status " + status + ":\n" + process.output());
            }
            try (Stream<Path> files = Files.walk(output)) {
                return new Prediction(
                        Double.parseDouble(rate.group(1)),
                        seconds,
                        files.filter(Files::isRegularFile).count(),
                        resident);
            }
        }
    }

    /** Returns the largest resident set of a process so far; 0 when it has ended, or where the system has no /proc. */
    private static long residentMegabytes(long pid) {
        try {
            return ProcessMemory.peakMegabytes(pid);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The photographs as tensors, and ONNX Runtime. */
    private static final class BareLoop implements AutoCloseable {

        private static final FrameFile.Observer UNOBSERVED = new FrameFile.Observer() {};
        private static final Set<String> OUTPUTS = Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP);

        private final OrtEnvironment environment;
        private final OrtSession session;
        private final List<OnnxTensor> batches = new ArrayList<>();

        BareLoop(Path graph, List<Path> photographs) throws Exception {
            ModelCard card;
            try (GraphDetector detector = GraphDetector.open(graph, 1)) {
                card = detector.card();
            }
            environment = OrtEnvironment.getEnvironment(); // after the detector, which sets its log
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(THREADS);
                session = environment.createSession(graph.toString(), options);
            }
            long[] shape = ((TensorInfo)
                            session.getInputInfo().get(ModelContract.INPUT).getInfo())
                    .getShape();
            int length = Math.toIntExact(shape[1] * shape[2] * shape[3]);
            for (int first = 0; first + BATCH <= photographs.size(); first += BATCH) {
                float[] pixels = new float[BATCH * length];
                for (int i = 0; i < BATCH; i++) {
                    frame(photographs.get(first + i), card).write(0, pixels, i * length);
                }
                batches.add(OnnxTensor.createTensor(
                        environment, FloatBuffer.wrap(pixels), new long[] {BATCH, shape[1], shape[2], shape[3]}));
            }
            run(BATCH * batches.size());
        }

        private static Frame frame(Path photograph, ModelCard card) throws IOException {
            return FrameFile.read(photograph, card.framing(), card.input(), card.whiteLevel(), null, false, UNOBSERVED)
                    .frame();
        }

        /** Returns images per second. */
        double run(int images) throws OrtException {
            long start = System.nanoTime();
            for (int done = 0; done < images; done += BATCH) {
                session.run(Map.of(ModelContract.INPUT, batches.get(done / BATCH % batches.size())), OUTPUTS)
                        .close();
            }
            return images / ((System.nanoTime() - start) / 1e9);
        }

        @Override
        public void close() throws OrtException {
            batches.forEach(OnnxTensor::close);
            session.close();
        }
    }
}
