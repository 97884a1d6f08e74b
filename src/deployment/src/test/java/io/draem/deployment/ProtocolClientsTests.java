package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The real clients of the Open Inference Protocol against the running service. Skipped where no Python is named:
 *
 * <pre>{@code
 * python3 -m venv VENV && VENV/bin/pip install 'tritonclient[http,grpc]' kserve
 * ./mvnw -pl src/deployment -am test -Dtest=ProtocolClientsTests -Dsurefire.failIfNoSpecifiedTests=false -Dprotocol.python=VENV/bin/python
 * }</pre>
 */
@Tag("clients")
@EnabledIfSystemProperty(
        named = "protocol.python",
        matches = ".+",
        disabledReason = "-Dprotocol.python names no Python that has tritonclient[http,grpc] and kserve installed")
class ProtocolClientsTests extends HttpTest {

    @LocalServerPort
    private int port;

    private static int grpcPort;

    @DynamicPropertySource
    static void grpc(DynamicPropertyRegistry properties) throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            grpcPort = free.getLocalPort();
        }
        properties.add("draem.grpc.enabled", () -> true);
        properties.add("draem.grpc.port", () -> grpcPort);
    }

    @ParameterizedTest
    @CsvSource({"triton, tritonclient", "kserve, kserve"})
    @Timeout(300)
    void tritonsAndKservesClientsWorkUnchanged(String which, String client) throws Exception {
        String score = Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.broken())))
                .get("score")
                .asString();
        String output = Programs.run(
                Path.of("."),
                List.of(
                        System.getProperty("protocol.python"),
                        TestModels.file("src/deployment/src/test/resources/protocol/clients.py")
                                .toString(),
                        which,
                        Integer.toString(port),
                        Integer.toString(grpcPort),
                        TestModels.name(),
                        TestModels.broken().toString(),
                        score));
        assertThat(output).contains(client + " works", client + " over gRPC works");
    }
}
