package io.draem.batch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.batch.TestSpark;
import io.draem.batch.scoring.ScoreOutput;
import io.draem.model.TestModels;
import io.draem.testing.Await;
import io.draem.testing.BoundedProcess;
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
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A master and two workers as processes, of which executors end while they work. */
@EnabledIfSystemProperty(
        named = "draem.test.cluster",
        matches = "wanted",
        disabledReason = "it starts a Spark cluster, and takes minutes: -Ddraem.test.cluster=wanted")
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
        int port = freePort();
        String master = "spark://127.0.0.1:" + port;
        Path runs = folder.resolve("out/_runs/1");
        try (BoundedProcess leader = start(
                        List.of(), Master.class, "--host", "127.0.0.1", "--port", "" + port, "--webui-port", "0");
                BoundedProcess one = worker(master, 1);
                BoundedProcess two = worker(master, 2)) {
            leader.awaitLine("New state: ALIVE", LIMIT);
            one.awaitLine("Successfully registered with master", LIMIT);
            two.awaitLine("Successfully registered with master", LIMIT);
            try (BoundedProcess driver = driver(master)) {
                Await.until("two finished tasks", LIMIT, () -> {
                    assertThat(driver.isAlive()).as(driver.output()).isTrue();
                    return finishedTasks(runs) >= 2;
                });
                ProcessHandle stopped = executor(one);
                stopped.destroy(); // SIGTERM, at which ONNX Runtime is used
                ProcessHandle killed = executor(two);
                killed.destroyForcibly();
                assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
                assertThat(driver.output()).contains(images + " scored", "0 errors");
            }
        }
        Dataset<Row> table =
                ScoreOutput.read(TestSpark.session(), folder.resolve("out").toString());
        assertThat(table.count()).isEqualTo(images);
        assertThat(table.select("path").distinct().count()).isEqualTo(images);
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("hs_err")))
                    .as("crashes of native code")
                    .isEmpty();
        }
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
