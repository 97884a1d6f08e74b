package io.draem.service.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.model.TestModels;
import io.draem.service.DraemServiceApplication;
import io.draem.service.api.Certificate;
import io.draem.service.api.Http;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.draem.service.grpc.inference.ModelInferRequest;
import io.draem.service.grpc.inference.ModelMetadataRequest;
import io.draem.service.grpc.inference.ServerLiveRequest;
import io.draem.service.grpc.inference.ServerReadyRequest;
import io.draem.testing.Await;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** gRPC with the keys and the certificate of the HTTP port. */
@SpringBootTest(
        classes = DraemServiceApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "draem.inference.provider=cpu",
            "draem.grpc.enabled=true",
            "draem.grpc.port=0",
            "draem.security.rate-limit.requests=3",
            "draem.security.rate-limit.period=1h",
            "server.ssl.bundle=service",
            "spring.ssl.bundle.pem.service.reload-on-update=true",
            "spring.ssl.bundle.watch.file.quiet-period=50ms"
        })
@Tag("slow")
@Timeout(120)
class GrpcSecurityTests {

    @TempDir
    private static Path directory;

    @Autowired
    private GrpcServer server;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) throws Exception {
        Certificate.make(directory, "first").install(certificate(), directory.resolve("tls.key"));
        Path keys = Files.writeString(
                directory.resolve("keys"), Http.keyLine("good", "good-key") + Http.keyLine("eager", "eager-key"));
        properties.add("draem.models.directory", () -> TestModels.directory().toString());
        properties.add("draem.security.api-keys.file", keys::toString);
        properties.add("spring.ssl.bundle.pem.service.keystore.certificate", () -> "file:" + certificate());
        properties.add(
                "spring.ssl.bundle.pem.service.keystore.private-key", () -> "file:" + directory.resolve("tls.key"));
    }

    private static Path certificate() {
        return directory.resolve("tls.crt");
    }

    @Test
    void probesAreOpenAndTheRestNeedsAKeyInEitherHeader() throws Exception {
        with(null, null, stub -> {
            assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                    .isTrue();
            assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                    .isTrue();
            HealthGrpc.newBlockingStub(stub.getChannel()).check(HealthCheckRequest.getDefaultInstance());
            assertCode(Status.Code.UNAUTHENTICATED, () -> stub.modelMetadata(cookie()));
            assertCode(Status.Code.UNAUTHENTICATED, () -> stub.modelInfer(ModelInferRequest.getDefaultInstance()));
        });
        with(
                "x-api-key",
                "bad-key",
                stub -> assertCode(Status.Code.UNAUTHENTICATED, () -> stub.modelMetadata(cookie())));
        with(
                "x-api-key",
                "good-key",
                stub -> assertThat(stub.modelMetadata(cookie()).getName()).isEqualTo(TestModels.name()));
        with(
                "authorization",
                "Bearer good-key",
                stub -> assertThat(stub.modelMetadata(cookie()).getName()).isEqualTo(TestModels.name()));
    }

    @Test
    void aKeyThatIsUsedTooOftenHasToWait() throws Exception {
        with("x-api-key", "eager-key", stub -> {
            for (int i = 0; i < 3; i++) {
                assertCode(Status.Code.INVALID_ARGUMENT, () -> stub.modelInfer(ModelInferRequest.getDefaultInstance()));
            }
            StatusRuntimeException refused = assertCode(
                    Status.Code.RESOURCE_EXHAUSTED, () -> stub.modelInfer(ModelInferRequest.getDefaultInstance()));
            assertThat(refused.getTrailers().get(CallErrors.PROBLEM)).isEqualTo("too-many-requests");
            assertThat(Long.parseLong(refused.getTrailers().get(CallErrors.PUSHBACK)))
                    .isPositive();
            assertThat(stub.modelMetadata(cookie()).getName())
                    .as("no inference")
                    .isEqualTo(TestModels.name());
        });
    }

    @Test
    void servesACertificateThatWasRenewedInPlace() throws Exception {
        with("x-api-key", "good-key", stub -> stub.modelMetadata(cookie()));
        Certificate.make(directory, "second").install(certificate(), directory.resolve("tls.key"));
        // The client trusts the new one alone.
        Await.until(Duration.ofSeconds(60), () -> {
            try {
                with("x-api-key", "good-key", stub -> stub.modelMetadata(cookie()));
                return true;
            } catch (StatusRuntimeException e) {
                return false;
            }
        });
    }

    private static ModelMetadataRequest cookie() {
        return ModelMetadataRequest.newBuilder().setName(TestModels.name()).build();
    }

    /** What is done with a client. */
    @FunctionalInterface
    private interface Calls {

        void on(GRPCInferenceServiceBlockingStub stub) throws Exception;
    }

    private void with(String header, String value, Calls calls) throws Exception {
        ChannelCredentials credentials = TlsChannelCredentials.newBuilder()
                .trustManager(certificate().toFile())
                .build();
        ManagedChannel channel = Grpc.newChannelBuilderForAddress("localhost", server.port(), credentials)
                .build();
        try {
            Metadata headers = new Metadata();
            if (header != null) {
                headers.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), value);
            }
            calls.on(GRPCInferenceServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)));
        } finally {
            channel.shutdownNow();
        }
    }

    static StatusRuntimeException assertCode(Status.Code code, Callable<?> call) {
        StatusRuntimeException[] thrown = new StatusRuntimeException[1];
        assertThatThrownBy(call::call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode())
                    .as(e.getStatus().getDescription())
                    .isEqualTo(code);
            thrown[0] = e;
        });
        return thrown[0];
    }
}
