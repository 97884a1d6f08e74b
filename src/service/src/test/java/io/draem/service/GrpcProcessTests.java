package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.InferTensorContents;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.testing.Await;
import io.draem.testing.LongTest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** gRPC of the real service: its end, and clients that neither send nor read. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
@Timeout(180)
class GrpcProcessTests {

    private static final Pattern PORT = Pattern.compile("gRPC is served at port (\\d+)");
    private static final Pattern READY = Pattern.compile("Ready in ");
    private static final int SIGTERM = 143;
    private static final int CLIENTS = 4;

    @TempDir
    Path directory;

    @Test
    void callsThatTheEndFindsAreAnsweredAndLaterOnesRefusedAsUnavailable() throws Exception {
        try (ServiceProcess service = start()) {
            int port = Integer.parseInt(service.awaitLine(PORT).group(1));
            service.awaitLine(READY);
            CountDownLatch warm = new CountDownLatch(3 * CLIENTS);
            List<Status> ends = Collections.synchronizedList(new ArrayList<>());
            List<Thread> clients = new ArrayList<>();
            ModelInferRequest request = request(1);
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Thread(() -> callUntilRefused(port, request, warm, ends)));
            }
            clients.forEach(Thread::start);
            assertThat(warm.await(60, TimeUnit.SECONDS)).isTrue();
            service.terminate();
            for (Thread client : clients) {
                client.join(TimeUnit.SECONDS.toMillis(60));
            }
            assertThat(service.awaitExit()).as(service.log()).isEqualTo(SIGTERM);
            assertThat(ends).hasSize(CLIENTS);
            for (Status end : ends) {
                assertThat(end.getCode()).as(end.toString()).isEqualTo(Status.Code.UNAVAILABLE);
            }
            assertThat(service.log()).doesNotContain("ERROR", "WARN", "\tat ");
            assertThat(service.crashed()).isFalse();
        }
    }

    @LongTest
    @Test
    void aStreamBetweenMessagesAndAWatchOfHealthDoNotDelayTheEnd() throws Exception {
        try (ServiceProcess service = start()) {
            int port = Integer.parseInt(service.awaitLine(PORT).group(1));
            service.awaitLine(READY);
            ManagedChannel channel = channel(port);
            try {
                CompletableFuture<Void> answered = new CompletableFuture<>();
                CompletableFuture<Status> stream = new CompletableFuture<>();
                CompletableFuture<Status> watch = new CompletableFuture<>();
                GRPCInferenceServiceGrpc.newStub(channel)
                        .modelStreamInfer(observer(answered, stream))
                        .onNext(request(1));
                HealthGrpc.newStub(channel)
                        .watch(HealthCheckRequest.getDefaultInstance(), observer(new CompletableFuture<>(), watch));
                answered.get(60, TimeUnit.SECONDS);
                service.terminate();
                assertThat(service.awaitExit()).as(service.log()).isEqualTo(SIGTERM);
                assertThat(stream.get(60, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(watch.get(60, TimeUnit.SECONDS).getCode())
                        .isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
                assertThat(service.log()).doesNotContain("ERROR", "WARN", "\tat ");
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static <A> StreamObserver<A> observer(CompletableFuture<Void> first, CompletableFuture<Status> end) {
        return new StreamObserver<>() {
            @Override
            public void onNext(A message) {
                first.complete(null);
            }

            @Override
            public void onError(Throwable failure) {
                end.complete(Status.fromThrowable(failure));
            }

            @Override
            public void onCompleted() {
                end.complete(Status.OK);
            }
        };
    }

    private static void callUntilRefused(int port, ModelInferRequest request, CountDownLatch warm, List<Status> ends) {
        ManagedChannel channel = channel(port);
        try {
            while (true) {
                GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request);
                warm.countDown();
            }
        } catch (StatusRuntimeException e) {
            ends.add(e.getStatus());
        } finally {
            channel.shutdownNow();
        }
    }

    @LongTest
    @Test
    void aMessageThatDoesNotComeIsRefusedAndAResponseThatIsNotReadIsReset() throws Exception {
        try (ServiceProcess service = start("--draem.request-timeout=8s")) {
            Http http = new Http(service.awaitPort());
            int port = Integer.parseInt(service.awaitLine(PORT).group(1));
            service.awaitLine(READY);
            ManagedChannel channel = channel(port);
            try {
                CompletableFuture<Status> silent = new CompletableFuture<>();
                ClientCall<ModelInferRequest, ModelInferResponse> call = call(channel, silent);
                call.request(1);
                Status late = silent.get(60, TimeUnit.SECONDS);
                assertThat(late.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
                assertThat(late.getDescription()).contains("had not arrived before the deadline");

                // Larger than the client's window, and never requested.
                CompletableFuture<Status> unread = new CompletableFuture<>();
                ClientCall<ModelInferRequest, ModelInferResponse> deaf = call(channel, unread);
                deaf.sendMessage(request(16));
                deaf.halfClose();
                Await.until(Duration.ofSeconds(30), () -> inFlight(http) > 0);
                Await.until(Duration.ofSeconds(60), () -> inFlight(http) == 0);
                deaf.request(1); // a client that does not read does not see the end either
                assertThat(unread.get(60, TimeUnit.SECONDS).getCode())
                        .isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);
                GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request(1));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /** Returns how many bytes of pictures and maps are on their way to clients. */
    private static double inFlight(Http http) throws IOException, InterruptedException {
        return new String(http.get("/actuator/prometheus").body(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("draem_in_flight_picture_bytes "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static ClientCall<ModelInferRequest, ModelInferResponse> call(
            ManagedChannel channel, CompletableFuture<Status> end) {
        // As a stream: the headers of other calls are sent with their message.
        ClientCall<ModelInferRequest, ModelInferResponse> call = channel.newCall(
                GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder()
                        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                        .build(),
                CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        return call;
    }

    private static ManagedChannel channel(int port) {
        return NettyChannelBuilder.forAddress("localhost", port)
                .flowControlWindow(1 << 16)
                .usePlaintext()
                .build();
    }

    private ServiceProcess start(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--draem.grpc.enabled=true", "--draem.grpc.port=0"));
        return ServiceProcess.start(directory, all.toArray(String[]::new));
    }

    private static ModelInferRequest request(int images) throws IOException {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(TestModels.name());
        ByteString image = ByteString.copyFrom(Files.readAllBytes(TestModels.good()));
        request.addInputsBuilder()
                .setName("input")
                .setDatatype("BYTES")
                .addShape(images)
                .setContents(InferTensorContents.newBuilder().addAllBytesContents(Collections.nCopies(images, image)));
        return request.build();
    }
}
