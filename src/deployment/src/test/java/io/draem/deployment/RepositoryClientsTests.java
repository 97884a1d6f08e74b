package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.DraemServiceApplication;
import io.draem.service.api.Http;
import io.draem.service.models.ModelDirectory;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Triton's clients load and unload models of the running service; skipped as {@link ProtocolClientsTests} is. */
@Tag("clients")
@EnabledIfSystemProperty(
        named = "protocol.python",
        matches = ".+",
        disabledReason = "-Dprotocol.python names no Python that has tritonclient[http,grpc] installed")
@SpringBootTest(
        classes = DraemServiceApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.control=explicit", "draem.grpc.enabled=true"})
class RepositoryClientsTests {

    @TempDir
    private static Path temporary;

    private static int grpcPort;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry properties) throws IOException {
        ModelDirectory directory = new ModelDirectory(temporary.resolve("models"));
        directory.put("cookie", "1", 1);
        directory.put("tile", "1", 2);
        Path keys = Files.writeString(
                temporary.resolve("keys"),
                Http.keyLine("line", "line-key")
                        + Http.keyLine("plant", "admin-key").strip() + ":admin\n");
        try (ServerSocket free = new ServerSocket(0)) {
            grpcPort = free.getLocalPort();
        }
        properties.add("draem.models.directory", () -> directory.path().toString());
        properties.add("draem.security.api-keys.file", keys::toString);
        properties.add("draem.grpc.port", () -> grpcPort);
    }

    @Test
    @Timeout(300)
    void tritonsClientsLoadAndUnloadModelsWithAnAdministratorsKey() throws Exception {
        String output = Programs.run(
                Path.of("."),
                List.of(
                        System.getProperty("protocol.python"),
                        TestModels.file("src/deployment/src/test/resources/protocol/repository.py")
                                .toString(),
                        Integer.toString(port),
                        Integer.toString(grpcPort),
                        "line-key",
                        "admin-key"));
        assertThat(output).contains("tritonclient controls models", "tritonclient over gRPC controls models");
    }
}
