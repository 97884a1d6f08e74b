package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * The real clients of the Open Inference Protocol against the running service. Skipped where no Python is named:
 *
 * <pre>{@code
 * python3 -m venv VENV && VENV/bin/pip install 'tritonclient[http]' kserve
 * ./mvnw -pl src/service -am test -Dtest=ProtocolClientsTests -Dsurefire.failIfNoSpecifiedTests=false -Dprotocol.python=VENV/bin/python
 * }</pre>
 */
@Tag("clients")
class ProtocolClientsTests extends HttpTest {

    @LocalServerPort
    private int port;

    @Test
    @Timeout(300)
    void tritonsAndKservesClientsWorkUnchanged() throws Exception {
        String python = System.getProperty("protocol.python");
        assumeTrue(
                python != null,
                "Skipped: -Dprotocol.python names no Python that has tritonclient[http] and kserve installed");
        String score = Http.json(http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.broken())))
                .get("score")
                .asString();
        Process clients = new ProcessBuilder(
                        python,
                        TestModels.file("src/deployment/src/test/resources/protocol/clients.py")
                                .toString(),
                        Integer.toString(port),
                        TestModels.name(),
                        TestModels.broken().toString(),
                        score)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .start();
        String said = new String(clients.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(clients.waitFor()).as(said).isZero();
        assertThat(said).contains("tritonclient works", "kserve works");
    }
}
