package io.draem.batch.cli;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.batch.TestSpark;
import io.draem.batch.scoring.ScoreOutput;
import io.draem.model.TestModels;
import io.draem.testing.Await;
import io.draem.testing.BoundedProcess;
import io.draem.testing.LongTest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A master and two workers as processes, of which executors end while they work. */
@LongTest
@DisabledOnOs(OS.WINDOWS)
class StandaloneClusterTests {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int COPIES = 12;

    @TempDir
    Path folder;

    @Test
    @Timeout(900)
    void everyImageIsInTheTableOnceAlthoughExecutorsEnd() throws Exception {
        int images = copyPhotographs();
        try (Cluster cluster = new Cluster();
                BoundedProcess driver = driver(cluster.master)) {
            awaitTwoTasks(driver);
            ProcessHandle stopped = executor(cluster.one);
            stopped.destroy(); // SIGTERM, at which ONNX Runtime is used
            ProcessHandle killed = executor(cluster.two);
            killed.destroyForcibly();
            assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
            assertThat(driver.output()).contains(images + " scored", "0 without a score");
        }
        requireEachOnce(images);
    }

    @Test
    @Timeout(900)
    void everyImageIsInTheTableOnceAlthoughTheDriverIsKilled() throws Exception {
        int images = copyPhotographs();
        try (Cluster cluster = new Cluster()) {
            try (BoundedProcess driver = driver(cluster.master)) {
                awaitTwoTasks(driver);
                driver.kill();
                assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isEqualTo(128 + 9);
            }
            assertThat(folder.resolve("out/scores")).doesNotExist();
            assertThat(folder.resolve("out/_lock")).exists();
            try (BoundedProcess driver = driver(cluster.master)) {
                assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
                assertThat(driver.output()).contains(images + " images: ", "0 without a score");
            }
        }
        requireEachOnce(images);
        Dataset<Row> table = table();
        long kept = table.where(col("run").equalTo(1)).count();
        assertThat(kept).as("what the killed run has scored").isBetween(2L, images - 1L);
        assertThat(table.where(col("run").equalTo(2)).count()).isEqualTo(images - kept);
    }

    /** A master and two workers, which are ready. */
    private final class Cluster implements AutoCloseable {

        private final String master;
        private final List<BoundedProcess> processes = new ArrayList<>();
        private final BoundedProcess one;
        private final BoundedProcess two;

        Cluster() throws Exception {
            int port = freePort();
            master = "spark://127.0.0.1:" + port;
            try {
                BoundedProcess leader = started(StandaloneClusterTests.this.start(
                        List.of(), Master.class, "--host", "127.0.0.1", "--port", "" + port, "--webui-port", "0"));
                one = started(worker(master, 1));
                two = started(worker(master, 2));
                leader.awaitLine("New state: ALIVE", LIMIT);
                one.awaitLine("Successfully registered with master", LIMIT);
                two.awaitLine("Successfully registered with master", LIMIT);
            } catch (Exception | AssertionError e) {
                close();
                throw e;
            }
        }

        private BoundedProcess started(BoundedProcess process) {
            processes.add(process);
            return process;
        }

        @Override
        public void close() throws InterruptedException {
            for (BoundedProcess process : processes) {
                process.close();
            }
        }
    }

    private void awaitTwoTasks(BoundedProcess driver) throws Exception {
        Path run = folder.resolve("out/_runs/1");
        Await.until("two finished tasks", LIMIT, () -> {
            assertThat(driver.isAlive()).as(driver.output()).isTrue();
            return finishedTasks(run) >= 2;
        });
    }

    private void requireEachOnce(int images) throws Exception {
        Dataset<Row> table = table();
        assertThat(table.count()).isEqualTo(images);
        assertThat(table.select("path").distinct().count()).isEqualTo(images);
        assertThat(table.where(col("score").isNull()).count()).isZero();
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("hs_err")))
                    .as("crashes of native code")
                    .isEmpty();
        }
    }

    private Dataset<Row> table() throws Exception {
        return ScoreOutput.read(TestSpark.session(), folder.resolve("out").toString());
    }

    private int copyPhotographs() throws IOException {
        int images = 0;
        Path to = Files.createDirectories(folder.resolve("images"));
        try (Stream<Path> files = Files.walk(TestModels.file("src/data/cookie/test"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".jpg")).toList()) {
                for (int copy = 0; copy < COPIES; copy++) {
                    Files.copy(file, to.resolve(images++ + ".jpg"));
                }
            }
        }
        return images;
    }

    private BoundedProcess worker(String master, int number) throws Exception {
        return start(
                List.of(),
                Worker.class,
                "--host",
                "127.0.0.1",
                "--webui-port",
                "0",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--work-dir",
                folder.resolve("worker" + number).toString(),
                master);
    }

    private BoundedProcess driver(String master) throws IOException {
        List<String> options = new ArrayList<>(List.of(
                "-Dspark.master=" + master,
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.ui.enabled=false",
                "-Dspark.executor.memory=700m",
                "-Dspark.sql.shuffle.partitions=2",
                "-Dspark.executor.extraClassPath=" + BoundedProcess.classPath()));
        return start(
                options,
                Main.class,
                "score",
                "--model",
                TestModels.graph().toAbsolutePath().toString(),
                "--images",
                folder.resolve("images").toString(),
                "--output",
                folder.resolve("out").toString());
    }

    private BoundedProcess start(List<String> options, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                BoundedProcess.java("java"),
                "-Xmx512m",
                "-Dlog4j2.configurationFile=classpath:org/apache/spark/log4j2-defaults.properties"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(options);
        command.addAll(List.of("-cp", BoundedProcess.classPath(), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        // Where a worker looks for the jars of Spark, which the class path has.
        Path home = folder.resolve("home");
        Files.createDirectories(home.resolve("jars"));
        builder.environment()
                .putAll(Map.of(
                        "SPARK_HOME", home.toString(), "SPARK_SCALA_VERSION", "2.13", "SPARK_LOCAL_IP", "127.0.0.1"));
        return BoundedProcess.start(builder);
    }

    /** Returns the process that the worker has started; its command line is too long for Java to read. */
    private static ProcessHandle executor(BoundedProcess worker) {
        return ProcessHandle.of(worker.pid())
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow(() -> new AssertionError("The worker has no executor: " + worker.output()));
    }

    private static long finishedTasks(Path run) {
        try (Stream<Path> files = Files.list(run)) {
            return files.filter(file -> file.toString().endsWith(".parquet")).count();
        } catch (IOException e) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
