package io.draem.service.benchmark;

import com.google.protobuf.ByteString;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Compares the Open Inference Protocol over HTTP and gRPC: the same photograph, clients that send the next request when
 * they have the response, turn about. Arguments: the graph, the turns. {@code -Dseconds} is the length of a measurement.
 */
final class ProtocolBenchmark {

    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("seconds", 10));
    private static final String MODEL = "measured";
    private static final int[] CLIENTS = {1, 8};

    private ProtocolBenchmark() {}

    /**
     * A way to send the photograph.
     *
     * @param call sends it and returns the bytes of request and response without headers
     */
    private record Way(String name, Callable<Long> call) {}

    public static void main(String[] arguments) throws Exception {
        Path graph = Path.of(arguments[0]);
        int turns = Integer.parseInt(arguments[1]);
        byte[] photograph = Files.readAllBytes(Photographs.files().get(0));
        int port = Server.freePort();
        try (Models models = Models.of(graph);
                Server service =
                        Server.service(models.directory(), "--draem.grpc.enabled=true", "--draem.grpc.port=" + port)) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .maxInboundMessageSize(Integer.MAX_VALUE)
                    .usePlaintext()
                    .build();
            try {
                List<Way> ways = List.of(
                        http(service, photograph, "pred_score"),
                        grpc(channel, photograph, "pred_score"),
                        http(service, photograph, "anomaly_map"),
                        grpc(channel, photograph, "anomaly_map"));
                for (Way way : ways) {
                    measure(way, 1); // warms up
                }
                System.out.printf(
                        "%-20s %8s %12s %10s %10s %12s%n", "", "clients", "answers/s", "median ms", "p99 ms", "bytes");
                for (int clients : CLIENTS) {
                    for (int turn = 0; turn < turns; turn++) {
                        for (Way way : ways) {
                            measure(way, clients).print(way.name(), clients);
                        }
                    }
                }
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /** What was seen. */
    private record Seen(List<Double> milliseconds, double seconds, long bytes) {

        void print(String name, int clients) {
            double[] sorted = milliseconds.stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            System.out.printf(
                    "%-20s %8d %12.1f %10.2f %10.2f %12d%n",
                    name,
                    clients,
                    sorted.length / seconds,
                    sorted[sorted.length / 2],
                    sorted[(int) (sorted.length * 0.99)],
                    bytes);
        }
    }

    private static Seen measure(Way way, int clients) throws Exception {
        List<Double> times = Collections.synchronizedList(new ArrayList<>());
        long bytes = way.call().call();
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        List<Exception> failures = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < clients; i++) {
            threads.add(new Thread(() -> {
                try {
                    while (System.nanoTime() - start < LENGTH.toNanos()) {
                        long begin = System.nanoTime();
                        way.call().call();
                        times.add((System.nanoTime() - begin) / 1e6);
                    }
                } catch (Exception e) {
                    failures.add(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
        return new Seen(times, (System.nanoTime() - start) / 1e9, bytes);
    }

    private static Way http(Server service, byte[] photograph, String output) {
        HttpClient client = HttpClient.newHttpClient();
        byte[] json =
                ("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1]}],\"outputs\":[{\"name\":\""
                                + output + "\",\"parameters\":{\"binary_data\":true}}]}")
                        .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(photograph);
        HttpRequest request = HttpRequest.newBuilder(service.uri("/v2/models/" + MODEL + "/infer"))
                .header("Inference-Header-Content-Length", Integer.toString(json.length))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
        return new Way("HTTP " + output, () -> {
            HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(new String(answer.body(), StandardCharsets.UTF_8));
            }
            return (long) body.size() + answer.body().length;
        });
    }

    private static Way grpc(ManagedChannel channel, byte[] photograph, String output) {
        ByteBuffer length = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(photograph.length)
                .flip();
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(MODEL);
        request.addInputsBuilder().setName("input").setDatatype("BYTES").addShape(1);
        request.addOutputsBuilder().setName(output);
        request.addRawInputContents(ByteString.copyFrom(length).concat(ByteString.copyFrom(photograph)));
        ModelInferRequest message = request.build();
        return new Way("gRPC " + output, () -> {
            ModelInferResponse answer =
                    GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(message);
            return (long) message.getSerializedSize() + answer.getSerializedSize();
        });
    }
}
