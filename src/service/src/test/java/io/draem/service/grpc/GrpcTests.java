package io.draem.service.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import io.draem.model.TestModels;
import io.draem.service.api.HttpTest;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.draem.service.grpc.inference.InferParameter;
import io.draem.service.grpc.inference.InferTensorContents;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelInferResponse;
import io.draem.service.grpc.inference.ModelMetadataRequest;
import io.draem.service.grpc.inference.ModelMetadataResponse;
import io.draem.service.grpc.inference.ModelReadyRequest;
import io.draem.service.grpc.inference.ModelStreamInferResponse;
import io.draem.service.grpc.inference.RepositoryIndexRequest;
import io.draem.service.grpc.inference.ServerLiveRequest;
import io.draem.service.grpc.inference.ServerMetadataRequest;
import io.draem.service.grpc.inference.ServerReadyRequest;
import io.draem.testing.Await;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** The Open Inference Protocol over gRPC, by a client that knows its messages; what HTTP says of an image is the measure. */
@TestPropertySource(properties = {"draem.grpc.enabled=true", "draem.grpc.port=0"})
@Timeout(120)
class GrpcTests extends HttpTest {

    private static final String MODEL = TestModels.name();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Autowired
    private GrpcServer server;

    @Autowired
    private MemoryLimits limits;

    private ManagedChannel channel;
    private GRPCInferenceServiceBlockingStub stub;

    @BeforeEach
    void connect() {
        channel = NettyChannelBuilder.forAddress("localhost", server.port())
                .usePlaintext()
                .build();
        stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    @Test
    void describesTheServerAndTheModelsAsOverHttp() throws Exception {
        assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isTrue();
        assertThat(stub.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getName())
                .isEqualTo("draem");
        ModelMetadataResponse model = stub.modelMetadata(
                ModelMetadataRequest.newBuilder().setName(MODEL).setVersion("1").build());
        assertThat(model.getVersionsList()).containsExactly("1");
        assertThat(model.getInputs(0).getName()).isEqualTo("input");
        assertThat(model.getInputs(0).getShapeList()).startsWith(-1L, 3L);
        assertThat(model.getOutputsList())
                .extracting(ModelMetadataResponse.TensorMetadata::getName)
                .contains("pred_score", "anomaly_map");
        assertThat(stub.repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                        .getModelsList())
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.getName()).isEqualTo(MODEL);
                    assertThat(entry.getVersion()).isEqualTo("1");
                    assertThat(entry.getState()).isEqualTo("READY");
                });
        assertThat(ready(MODEL, "")).isTrue();
        assertThat(ready(MODEL, "1")).isTrue();
        assertThat(ready(MODEL, "7")).isFalse();
        assertThat(ready("cake", "")).isFalse();
    }

    private boolean ready(String name, String version) {
        return stub.modelReady(ModelReadyRequest.newBuilder()
                        .setName(name)
                        .setVersion(version)
                        .build())
                .getReady();
    }

    @Test
    void givesTheOutputsOfHttpForEachFormOfTheInput() throws Exception {
        double expected = detect(TestModels.broken());
        byte[] image = Files.readAllBytes(TestModels.broken());
        float[] tensor = tensor(TestModels.broken());
        ByteBuffer bytes = ByteBuffer.allocate(4 * tensor.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(tensor);
        InferTensorContents.Builder floats = InferTensorContents.newBuilder();
        for (float value : tensor) {
            floats.addFp32Contents(value);
        }
        ModelInferResponse ofTensor = infer(request("FP32", shape()).addRawInputContents(ByteString.copyFrom(bytes)));
        ModelInferResponse ofImage = infer(images(image));
        for (ModelInferResponse response : List.of(ofTensor, ofImage)) {
            assertThat(response.getModelName()).isEqualTo(MODEL);
            assertThat(response.getModelVersion()).isEqualTo("1");
            assertThat(response.getId()).isEqualTo("a b");
            assertThat(response.getOutputsList())
                    .extracting(ModelInferResponse.InferOutputTensor::getName)
                    .containsExactly("pred_score", "anomaly_map");
            assertThat(floats(response, 0)).hasSize(1);
            assertThat((double) floats(response, 0)[0]).isCloseTo(expected, within(1e-6));
            List<Long> sides = response.getOutputs(1).getShapeList();
            assertThat(floats(response, 1)).hasSize((int) (sides.get(0) * sides.get(1) * sides.get(2)));
        }
        ModelInferRequest.Builder contents = request("FP32", shape());
        contents.getInputsBuilder(0).setContents(floats);
        assertThat(infer(contents)).isEqualTo(ofTensor);
        ModelInferRequest.Builder encoded = request("BYTES", 1);
        encoded.getInputsBuilder(0)
                .setContents(InferTensorContents.newBuilder().addBytesContents(ByteString.copyFrom(image)));
        assertThat(infer(encoded)).isEqualTo(ofImage);
    }

    @Test
    void givesTheRequestedOutputsOfSeveralImagesInTheirOrder() throws Exception {
        byte[] broken = Files.readAllBytes(TestModels.broken());
        byte[] good = Files.readAllBytes(TestModels.good());
        ModelInferRequest.Builder request = images(broken, good, broken);
        request.addOutputsBuilder().setName("pred_score");
        ModelInferResponse response = infer(request);
        assertThat(response.getOutputsCount()).isEqualTo(1);
        assertThat(response.getOutputs(0).getShapeList()).containsExactly(3L);
        float[] scores = floats(response, 0);
        assertThat((double) scores[0]).isCloseTo(detect(TestModels.broken()), within(1e-6));
        assertThat((double) scores[1]).isCloseTo(detect(TestModels.good()), within(1e-6));
        assertThat(scores[2]).isEqualTo(scores[0]);
    }

    private static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(
                        "NOT_FOUND",
                        "unknown-model",
                        "There is no model of that name",
                        edit(request -> request.setModelName("cake"))),
                Arguments.of("NOT_FOUND", "unknown-model", "Version 7", edit(request -> request.setModelVersion("7"))),
                Arguments.of(
                        "NOT_FOUND",
                        "unknown-model",
                        "must be a whole number",
                        edit(request -> request.setModelVersion("latest"))),
                Arguments.of(
                        "INVALID_ARGUMENT", "invalid-request", "has one input", edit(request -> request.clearInputs())),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "one element of raw_input_contents",
                        edit(request -> request.addRawInputContents(ByteString.EMPTY))),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "has no data",
                        edit(request -> request.clearRawInputContents())),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "datatype",
                        edit(request -> request.getInputsBuilder(0).setDatatype("INT8"))),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "ends too early",
                        edit(request ->
                                request.setRawInputContents(0, ByteString.copyFrom(new byte[] {9, 0, 0, 0, 1})))),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "unsupported-media-type",
                        "",
                        edit(request -> request.setRawInputContents(
                                0, ByteString.copyFrom(new byte[] {4, 0, 0, 0, 'n', 'o', 'n', 'e'})))),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "got 'heat'",
                        edit(request -> request.addOutputsBuilder().setName("heat"))),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "'timeout' must be",
                        edit(request -> request.putParameters("timeout", text("soon")))),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "shared memory",
                        edit(request -> request.getInputsBuilder(0).putParameters("shared_memory_region", text("x")))),
                Arguments.of(
                        "INVALID_ARGUMENT",
                        "invalid-request",
                        "The region of interest",
                        edit(request -> request.getInputsBuilder(0).putParameters("roi", text("0,0 1,0 1,1")))));
    }

    private static Consumer<ModelInferRequest.Builder> edit(Consumer<ModelInferRequest.Builder> edit) {
        return edit;
    }

    private static InferParameter text(String text) {
        return InferParameter.newBuilder().setStringParam(text).build();
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void refusesAWrongRequestWithItsProblem(
            String code, String problem, String text, Consumer<ModelInferRequest.Builder> edit) throws Exception {
        ModelInferRequest.Builder request = images(Files.readAllBytes(TestModels.good()));
        edit.accept(request);
        assertThatThrownBy(() -> infer(request)).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).hasToString(code);
            assertThat(e.getStatus().getDescription()).contains(text);
            assertThat(e.getTrailers().get(CallErrors.PROBLEM)).isEqualTo(problem);
        });
        infer(images(Files.readAllBytes(TestModels.good())));
    }

    @Test
    void refusesAMessageThatIsTooLargeAndStaysHealthy() throws Exception {
        ModelInferRequest.Builder request =
                images(new byte[(int) limits.maxBatchBytes().toBytes() + (1 << 20)]);
        assertThatThrownBy(() -> infer(request)).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(e.getStatus().getDescription()).contains("larger than", "send fewer images");
            assertThat(e.getTrailers().get(CallErrors.PROBLEM)).isEqualTo("image-too-large");
        });
        assertThatThrownBy(() -> stub.modelReady(ModelReadyRequest.newBuilder()
                        .setName("cake".repeat(1 << 20))
                        .build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode())
                                .isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED));
        infer(images(Files.readAllBytes(TestModels.good())));
        Await.until(LIMIT, () -> metric("draem_in_flight_bytes") == 0);
    }

    @Test
    void aDeadlineThatPassesEndsTheCall() throws Exception {
        double before = tooLate();
        stub.serverLive(ServerLiveRequest.getDefaultInstance()); // connects
        // Of a call whose message does not come.
        Status late = end(CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS), false);
        assertThat(late.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        Await.until(LIMIT, () -> tooLate() > before);

        ModelInferRequest impatient = images(Files.readAllBytes(TestModels.good()))
                .putParameters(
                        "timeout", InferParameter.newBuilder().setInt64Param(1).build())
                .build();
        assertThatThrownBy(() -> stub.modelInfer(impatient)).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            assertThat(e.getTrailers().get(CallErrors.PROBLEM)).isEqualTo("deadline-exceeded");
        });
    }

    /** Returns how many requests their deadline has ended, which client and service notice at the same time. */
    private double tooLate() throws Exception {
        return metric("draem_rejected_total{", "reason=\"cancelled\"")
                + metric("draem_rejected_total{", "reason=\"deadline\"");
    }

    @Test
    void refusesWhatIsNoRequestBeforeAnythingIsMadeOfIt() throws Exception {
        double cancelled = metric("draem_rejected_total{", "reason=\"cancelled\"");
        byte[] good = images(Files.readAllBytes(TestModels.good())).build().toByteArray();
        assertRefused(end(CallOptions.DEFAULT, true, "no message".getBytes(StandardCharsets.UTF_8)), "is broken");
        assertRefused(end(CallOptions.DEFAULT, true), "has no message");
        assertRefused(end(CallOptions.DEFAULT, true, good, good), "more than one message");
        // Two bytes each, which gRPC itself would make a hundred bytes of heap of.
        assertRefused(end(CallOptions.DEFAULT, true, repeated(new byte[] {0x2A, 0}, 2_000_000)), "has one input");
        assertRefused(end(CallOptions.DEFAULT, true, repeated(new byte[] {0x32, 0}, 2_000_000)), "too many outputs");
        assertRefused(
                end(CallOptions.DEFAULT, true, repeated(new byte[] {0x78, 0}, 2_000_000)), "too many unknown fields");
        assertRefused(
                end(CallOptions.DEFAULT, true, repeated(new byte[] {0x0B, 8, 0, 0x0C}, 1_000_000)), "too many groups");
        byte[] groupInInput = {0x2A, 4, 0x0B, 8, 0, 0x0C};
        assertRefused(end(CallOptions.DEFAULT, true, groupInInput), "too many groups");
        Status compressed = end(CallOptions.DEFAULT.withCompression("gzip"), true, good);
        assertThat(compressed.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        infer(images(Files.readAllBytes(TestModels.good())));
        Await.until(LIMIT, () -> metric("draem_in_flight_bytes") == 0);
        assertThat(metric("draem_rejected_total{", "reason=\"cancelled\""))
                .as("each is reported once, as refused")
                .isEqualTo(cancelled);
    }

    private static void assertRefused(Status status, String text) {
        assertThat(status.getCode()).as(status.toString()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).contains(text);
    }

    private static byte[] repeated(byte[] bytes, int times) {
        byte[] all = new byte[bytes.length * times];
        for (int i = 0; i < all.length; i++) {
            all[i] = bytes[i % bytes.length];
        }
        return all;
    }

    /** Calls ModelInfer with messages of any bytes and returns how the call ends. */
    private Status end(CallOptions options, boolean halfClose, byte[]... messages) throws Exception {
        // As a stream: otherwise headers are sent with the message, and there is one.
        MethodDescriptor<byte[], ModelInferResponse> method = GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder(
                        new Bytes(),
                        GRPCInferenceServiceGrpc.getModelInferMethod().getResponseMarshaller())
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .build();
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<byte[], ModelInferResponse> call = channel.newCall(method, options);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(2);
        call.setMessageCompression(options.getCompressor() != null);
        for (byte[] message : messages) {
            call.sendMessage(message);
        }
        if (halfClose) {
            call.halfClose();
        }
        return end.get(60, TimeUnit.SECONDS);
    }

    /** Sends messages as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aStreamAnswersInOrderAndSurvivesAWrongRequest() throws Exception {
        ModelInferRequest.Builder good = images(Files.readAllBytes(TestModels.good()));
        ModelInferRequest.Builder broken = images(Files.readAllBytes(TestModels.broken()));
        List<ModelStreamInferResponse> responses = new ArrayList<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        StreamObserver<ModelInferRequest> requests = GRPCInferenceServiceGrpc.newStub(channel)
                .modelStreamInfer(new StreamObserver<>() {
                    @Override
                    public void onNext(ModelStreamInferResponse response) {
                        responses.add(response);
                    }

                    @Override
                    public void onError(Throwable t) {
                        ended.completeExceptionally(t);
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(null);
                    }
                });
        requests.onNext(good.setId("1").build());
        requests.onNext(good.clone().setId("2").setModelName("cake").build());
        requests.onNext(broken.setId("3").build());
        requests.onCompleted();
        ended.get(60, TimeUnit.SECONDS);
        assertThat(responses).hasSize(3);
        assertThat(responses.get(0).getInferResponse().getId()).isEqualTo("1");
        assertThat(responses.get(0).getErrorMessage()).isEmpty();
        assertThat(responses.get(1).getErrorMessage()).contains("There is no model of that name");
        assertThat(responses.get(1).getInferResponse().getId()).isEqualTo("2");
        assertThat((double) floats(responses.get(2).getInferResponse(), 0)[0])
                .isCloseTo(detect(TestModels.broken()), within(1e-6));
    }

    @Test
    void reportsItsHealthAndItsMethods() throws Exception {
        for (String service : List.of("", "inference.GRPCInferenceService")) {
            assertThat(HealthGrpc.newBlockingStub(channel)
                            .check(HealthCheckRequest.newBuilder()
                                    .setService(service)
                                    .build())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
        CompletableFuture<ServerReflectionResponse> listed = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        listed.complete(response);
                    }

                    @Override
                    public void onError(Throwable t) {
                        listed.completeExceptionally(t);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(listed.get(60, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .contains("inference.GRPCInferenceService", "grpc.health.v1.Health");
        requests.onCompleted();
    }

    @Test
    void countsInferencesAndRepeatsTheIdOfARequest() throws Exception {
        double before = metric("draem_detect_seconds_count{", "outcome=\"success\"");
        Metadata headers = new Metadata();
        headers.put(CallErrors.REQUEST_ID, "line-3:42");
        AtomicReference<Metadata> received = new AtomicReference<>();
        stub.withInterceptors(
                        MetadataUtils.newAttachHeadersInterceptor(headers),
                        MetadataUtils.newCaptureMetadataInterceptor(received, new AtomicReference<>()))
                .modelInfer(images(Files.readAllBytes(TestModels.good())).build());
        assertThat(received.get().get(CallErrors.REQUEST_ID)).isEqualTo("line-3:42");
        // Once the client has the response.
        Await.until(LIMIT, () -> metric("draem_detect_seconds_count{", "outcome=\"success\"") > before);
        Await.until(LIMIT, () -> metric("grpc_server_seconds_count{", "ModelInfer\"", "grpc_status_code=\"OK\"") > 0);
    }

    private double metric(String... parts) throws Exception {
        return new String(http.get("/actuator/prometheus").body(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#") && Arrays.stream(parts).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private ModelInferResponse infer(ModelInferRequest.Builder request) {
        return stub.modelInfer(request.build());
    }

    private long[] shape() {
        List<Long> sides = stub.modelMetadata(
                        ModelMetadataRequest.newBuilder().setName(MODEL).build())
                .getInputs(0)
                .getShapeList();
        return new long[] {1, 3, sides.get(2), sides.get(3)};
    }

    private static ModelInferRequest.Builder request(String datatype, long... shape) {
        ModelInferRequest.Builder request =
                ModelInferRequest.newBuilder().setModelName(MODEL).setId("a b");
        request.addInputsBuilder()
                .setName("input")
                .setDatatype(datatype)
                .addAllShape(Arrays.stream(shape).boxed().toList());
        return request;
    }

    /** Returns a request as Triton's client writes it: each image with its length before it. */
    private static ModelInferRequest.Builder images(byte[]... images) {
        ByteString bytes = ByteString.EMPTY;
        for (byte[] image : images) {
            ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            bytes = bytes.concat(ByteString.copyFrom(length.putInt(image.length).flip()))
                    .concat(ByteString.copyFrom(image));
        }
        return request("BYTES", images.length).addRawInputContents(bytes);
    }

    private static float[] floats(ModelInferResponse response, int output) {
        ByteBuffer bytes =
                response.getRawOutputContents(output).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private float[] tensor(Path image) throws Exception {
        long[] shape = shape();
        return tensor(image, (int) shape[3], (int) shape[2]);
    }
}
