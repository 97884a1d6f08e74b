package io.draem.service.benchmark;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.VirtualMachine;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import jdk.management.jfr.FlightRecorderMXBean;

/**
 * How much the service allocates for a request (counted by the JVM, exactly) and what for (sampled by Flight Recorder),
 * with the shipped model. Properties: {@code vegeta}, {@code path} ({@code /v1/detect}), {@code seconds}.
 */
final class AllocationBenchmark {

    private static final int SOURCES = 15;

    private AllocationBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Vegeta vegeta = new Vegeta(System.getProperty("vegeta", "vegeta"));
        String path = System.getProperty("path", "/v1/detect");
        Duration time = Duration.ofSeconds(Integer.getInteger("seconds", 20));
        try (Models models = Models.of(Session.SHIPPED);
                Server service = Server.service(models.directory())) {
            vegeta.atMost(service, path, 4, time);
            VirtualMachine machine = VirtualMachine.attach(Long.toString(service.pid()));
            String address = machine.startLocalManagementAgent();
            try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
                measure(vegeta, service, path, time, connector.getMBeanServerConnection());
            } finally {
                machine.detach();
            }
        }
    }

    private static void measure(
            Vegeta vegeta, Server service, String path, Duration time, MBeanServerConnection connection)
            throws Exception {
        ThreadMXBean threads =
                ManagementFactory.newPlatformMXBeanProxy(connection, "java.lang:type=Threading", ThreadMXBean.class);
        FlightRecorderMXBean recorder = ManagementFactory.newPlatformMXBeanProxy(
                connection, FlightRecorderMXBean.MXBEAN_NAME, FlightRecorderMXBean.class);
        long before = allocated(threads);
        Vegeta.Report report = vegeta.atMost(service, path, 4, time);
        double requests = report.rate() * time.toMillis() / 1000;
        double each = (allocated(threads) - before) / requests;
        System.out.printf("POST %s: %.0f requests, %,.0f bytes allocated for each%n", path, requests, each);

        Path file = Files.createTempFile("allocation", ".jfr");
        long recording = recorder.newRecording();
        recorder.setRecordingSettings(
                recording,
                Map.of(
                        "jdk.ObjectAllocationSample#enabled",
                        "true",
                        "jdk.ObjectAllocationSample#throttle",
                        "1000/s",
                        "jdk.ObjectAllocationSample#stackTrace",
                        "true"));
        recorder.startRecording(recording);
        vegeta.atMost(service, path, 4, time);
        recorder.stopRecording(recording);
        recorder.copyTo(recording, file.toString());
        print(file, each);
        Files.delete(file);
    }

    private static long allocated(ThreadMXBean threads) {
        return LongStream.of(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    private static void print(Path file, double each) throws Exception {
        Map<String, Long> sources = new HashMap<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            sources.merge(source(event), event.getLong("weight"), Long::sum);
        }
        double all = sources.values().stream().mapToLong(Long::longValue).sum();
        System.out.println("  share   bytes/request  what, where");
        sources.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(SOURCES)
                .forEach(source -> System.out.printf(
                        "%5.1f %%  %,14.0f  %s%n",
                        100 * source.getValue() / all, each * source.getValue() / all, source.getKey()));
    }

    /** Names the class, the method that allocated it, and the method of ours that asked for it. */
    private static String source(RecordedEvent event) {
        String what = event.getClass("objectClass").getName();
        RecordedStackTrace trace = event.getStackTrace();
        if (trace == null || trace.getFrames().isEmpty()) {
            return what;
        }
        List<RecordedFrame> frames = trace.getFrames();
        String where = name(frames.get(0));
        return what + ", " + where
                + frames.stream()
                        .map(AllocationBenchmark::name)
                        .filter(name -> name.startsWith("io.draem.") && !name.equals(where))
                        .findFirst()
                        .map(name -> " for " + name)
                        .orElse("");
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }
}
