package io.draem.batch.scoring;

import io.draem.batch.archive.Columns;
import io.draem.batch.model.ExecutorModels;
import io.draem.batch.model.ModelSource;
import io.draem.batch.model.ShippedModel;
import io.draem.model.TestModels;
import io.draem.overlay.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd;
import org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;

/**
 * Prints images per second of the shipped model: a bare loop on so many threads, each with the reading, decoding, runs and
 * regions of a task, and whole runs of {@code score} with so many processors, in one JVM and one session of ONNX Runtime.
 */
final class ScoreBenchmark {

    private static final Pictures NO_PICTURES = new Pictures(Pictures.Overlays.NONE, false);
    private static final StructType LISTED = new StructType()
            .add(Columns.PATH, DataTypes.StringType)
            .add(Columns.LENGTH, DataTypes.LongType)
            .add(Columns.MODIFIED, DataTypes.TimestampType)
            .add(Columns.PROBLEM, DataTypes.StringType);

    private ScoreBenchmark() {}

    /** @param arguments copies of the 46 photographs, rounds, and processors; without these one and two of them */
    public static void main(String[] arguments) throws Exception {
        int copies = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        int[] processors = arguments.length > 2 ? new int[] {Integer.parseInt(arguments[2])} : new int[] {1, 2};
        Path folder = Files.createTempDirectory("draem-benchmark");
        List<Row> images = copy(folder.resolve("images"), copies);
        for (int round = 0; round < rounds; round++) {
            for (int number : processors) {
                measure(folder, images, number);
            }
        }
    }

    private static void measure(Path folder, List<Row> images, int processors) throws Exception {
        SparkSession spark = SparkSession.builder()
                .master("local[" + processors + "]")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 2 * processors)
                .getOrCreate();
        Steps steps = new Steps();
        try {
            double bare = images.size() / bareLoop(spark, images, processors);
            spark.sparkContext().addSparkListener(steps);
            Path output = folder.resolve("out");
            ScoreResult result = new ScoreRun(
                            spark,
                            new ScoreRun.Options(
                                    TestModels.graph().toString(),
                                    folder.resolve("images").toString(),
                                    output.toString(),
                                    NO_PICTURES,
                                    4,
                                    MaxErrors.parse("0"),
                                    true,
                                    false))
                    .run();
            System.out.printf(
                    Locale.ROOT,
                    "local[%d]: bare loop %.1f images/s, score %.1f images/s (%d images in %.1f s)%n",
                    processors,
                    bare,
                    result.scored() / result.seconds(),
                    result.scored(),
                    result.seconds());
        } finally {
            spark.stop(); // which waits for the listeners
        }
        System.out.print(steps.text);
    }

    /** Prints the queries of a run, which Spark runs one after the other, with their times. */
    private static final class Steps extends SparkListener {

        private final Map<Long, SparkListenerSQLExecutionStart> started = new HashMap<>();
        private final StringBuffer text = new StringBuffer();

        @Override
        public void onOtherEvent(SparkListenerEvent event) {
            if (event instanceof SparkListenerSQLExecutionStart start) {
                started.put(start.executionId(), start);
            } else if (event instanceof SparkListenerSQLExecutionEnd end) {
                SparkListenerSQLExecutionStart start = started.get(end.executionId());
                text.append(String.format(
                        Locale.ROOT, "    %6.1f s %s%n", (end.time() - start.time()) / 1e3, start.description()));
            }
        }
    }

    private static double bareLoop(SparkSession spark, List<Row> images, int threads) throws Exception {
        ShippedModel model = ModelSource.ship(spark, TestModels.graph().toString(), 4);
        LongAccumulator errors = spark.sparkContext().longAccumulator();
        Scorer scorer = new Scorer(model, 1, LISTED, NO_PICTURES, "", null, errors);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<Integer>> parts = new ArrayList<>();
        long start = System.nanoTime();
        for (int thread = 0; thread < threads; thread++) {
            List<Row> part = images.subList(thread * images.size() / threads, (thread + 1) * images.size() / threads);
            parts.add(pool.submit(() -> {
                try (ExecutorModels.Lease lease = ExecutorModels.lease(model)) {
                    ImageReader reader = new ImageReader(LISTED, lease.model().card(), new Configuration(), false);
                    Iterator<Row> rows = new ScoredImages(scorer, part.iterator(), reader, lease.model());
                    int count = 0;
                    while (rows.hasNext()) {
                        rows.next();
                        count++;
                    }
                    return count;
                }
            }));
        }
        int count = 0;
        for (Future<Integer> part : parts) {
            count += part.get();
        }
        pool.shutdown();
        if (count != images.size() || errors.sum() > 0) {
            throw new IllegalStateException(count + " rows, " + errors.sum() + " errors");
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<Row> copy(Path to, int copies) throws IOException {
        Files.createDirectories(to);
        List<Row> rows = new ArrayList<>();
        try (Stream<Path> files = Files.walk(TestModels.file("src/data/cookie/test"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".jpg")).toList()) {
                for (int copy = 0; copy < copies; copy++) {
                    Path image = Files.copy(file, to.resolve(rows.size() + ".jpg"));
                    rows.add(RowFactory.create(image.toUri().toString(), Files.size(image), new Timestamp(0), null));
                }
            }
        }
        return rows;
    }
}
