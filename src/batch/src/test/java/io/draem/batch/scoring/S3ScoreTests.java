package io.draem.batch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.batch.BatchException;
import io.draem.batch.TestSpark;
import io.draem.model.TestModels;
import io.draem.overlay.Pictures;
import io.draem.testing.Await;
import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Images, model and output in an object store: a server of S3 in a process, by Hadoop's own module. */
@EnabledIfSystemProperty(
        named = "draem.test.s3",
        matches = "wanted",
        disabledReason = "it needs Hadoop's module for S3 and a server, which a profile downloads: -Ps3")
class S3ScoreTests {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final SparkSession SPARK = TestSpark.session();

    @TempDir
    static java.nio.file.Path folder;

    private static BoundedProcess server;
    private static FileSystem files;

    @BeforeAll
    static void start() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        server = BoundedProcess.start(
                BoundedProcess.java("java"),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dcom.adobe.testing.s3mock.store.root=" + Files.createDirectories(folder.resolve("store")),
                "-Dcom.adobe.testing.s3mock.store.initial-buckets=archive",
                "-jar",
                System.getProperty("draem.test.s3.server"),
                "--http.port=" + port,
                "--server.port=0");
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        Await.until("an answer of the server", LIMIT, () -> {
            assertThat(server.isAlive()).as(server.output()).isTrue();
            return answers(endpoint);
        });
        Configuration hadoop = SPARK.sparkContext().hadoopConfiguration();
        hadoop.set("fs.s3a.endpoint", endpoint.toString());
        hadoop.set("fs.s3a.endpoint.region", "us-east-1");
        hadoop.set("fs.s3a.path.style.access", "true");
        hadoop.set("fs.s3a.access.key", "key");
        hadoop.set("fs.s3a.secret.key", "secret");
        files = new Path("s3a://archive/").getFileSystem(hadoop);
        files.copyFromLocalFile(local(TestModels.graph()), new Path("s3a://archive/models/cookie/1/model.onnx"));
        files.copyFromLocalFile(local(TestModels.broken()), new Path("s3a://archive/images/line 1/broken.jpg"));
        files.copyFromLocalFile(local(TestModels.good()), new Path("s3a://archive/images/line 2/good.jpg"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    @Timeout(600)
    void theTableIsReplacedAtOnceWhileItIsRead() throws Exception {
        String output = "s3a://archive/out";
        assertThatExceptionOfType(BatchException.class).isThrownBy(() -> ScoreOutput.read(SPARK, output));
        assertThat(run(output, false).rows()).isEqualTo(2);
        assertThat(files.exists(new Path(output, "scores"))).isFalse();
        Row broken = ScoreOutput.read(SPARK, output).where("anomalous").first();
        assertThat(broken.<String>getAs("path")).isEqualTo("s3a://archive/images/line 1/broken.jpg");
        assertThat(broken.<String>getAs("model")).isEqualTo("cookie");
        assertThat(broken.<String>getAs("modelVersion")).isEqualTo("1");
        assertThat(files.getFileStatus(new Path(output, broken.<String>getAs("overlayFile")))
                        .getLen())
                .isPositive();
        // As the guide reads it.
        String current = SPARK.read().text(output + "/current.txt").first().getString(0);
        assertThat(SPARK.read().parquet(output + "/" + current + "/scores").count())
                .isEqualTo(2);
        assertThat(run(output, false).scored()).isZero();

        files.copyFromLocalFile(local(TestModels.good()), new Path("s3a://archive/images/line 2/new.jpg"));
        AtomicBoolean reading = new AtomicBoolean(true);
        CountDownLatch begun = new CountDownLatch(1);
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            Future<Set<Long>> seen = reader.submit(() -> {
                Set<Long> counts = new TreeSet<>();
                do {
                    counts.add(ScoreOutput.read(SPARK, output).count());
                    begun.countDown();
                } while (reading.get());
                return counts;
            });
            assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(run(output, false).rows()).isEqualTo(3);
            reading.set(false);
            assertThat(seen.get()).contains(2L).isSubsetOf(2L, 3L);
        } finally {
            reading.set(false);
            reader.shutdown();
        }
        assertThat(ScoreOutput.read(SPARK, output).count()).isEqualTo(3);
        // The table before this one stays for its readers, earlier ones do not.
        assertThat(files.listStatus(new Path(output, "tables"))).hasSize(2);
    }

    @Test
    @Timeout(600)
    void whatARunThatEndedEarlyHasWrittenIsNoTable() throws Exception {
        String output = "s3a://archive/early";
        OutputFolder.claim(SPARK.sessionState().newHadoopConf(), output, ScoreOutput.MARKER);
        Path half = new Path(output, "tables/00000000-0000-0000-0000-000000000000/scores");
        SPARK.range(1).write().parquet(half.toString());
        files.delete(new Path(half, "_SUCCESS"), false);
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> ScoreOutput.read(SPARK, output))
                .withMessageContaining("has no finished scores");
        assertThat(run(output, true).rows()).isGreaterThanOrEqualTo(2);
        assertThat(files.exists(half)).isFalse();
        FileStatus[] tables = files.listStatus(new Path(output, "tables"));
        assertThat(tables).hasSize(1);
        assertThat(files.exists(new Path(tables[0].getPath(), "json/_SUCCESS"))).isTrue();
    }

    @Test
    @Timeout(600)
    void aTableThatNothingNamesIsNotDeleted() throws Exception {
        String output = "s3a://archive/lost";
        assertThat(run(output, false).rows()).isGreaterThanOrEqualTo(2);
        Path pointer = new Path(output, PublishedTable.POINTER);
        String table = SPARK.read().text(pointer.toString()).first().getString(0);
        files.delete(pointer, false);
        assertThatExceptionOfType(BatchException.class)
                .isThrownBy(() -> run(output, false))
                .withMessageContaining("current.txt is missing")
                .withMessageContaining("Write the text " + table + " to current.txt");
        try (OutputStream out = files.create(pointer)) {
            out.write((table + "\n").getBytes(UTF_8));
        }
        assertThat(run(output, false).scored()).isZero();
    }

    @Test
    @Timeout(600)
    void ofSeveralRunsAtATimeOneHasTheLock() throws Exception {
        Path root = new Path("s3a://archive/locked");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Boolean>> locked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                locked.add(threads.submit(() -> {
                    assertThat(start.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                    try {
                        OutputLock.acquire(files, root);
                        return true;
                    } catch (BatchException e) {
                        return false;
                    }
                }));
            }
            start.countDown();
            int held = 0;
            for (Future<Boolean> one : locked) {
                held += one.get() ? 1 : 0;
            }
            assertThat(held).isEqualTo(1);
        } finally {
            threads.shutdown();
        }
    }

    private static ScoreResult run(String output, boolean json) throws BatchException, IOException {
        ScoreRun.Options options = new ScoreRun.Options(
                "s3a://archive/models/cookie",
                "s3a://archive/images",
                output,
                new Pictures(Pictures.Overlays.ANOMALOUS, false),
                2,
                MaxErrors.parse("0"),
                false,
                json);
        return new ScoreRun(SPARK, options).run();
    }

    private static Path local(java.nio.file.Path file) {
        return new Path(file.toUri());
    }

    private static boolean answers(URI endpoint) {
        try {
            HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(10_000);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
