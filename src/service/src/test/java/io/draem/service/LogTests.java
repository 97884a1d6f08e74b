package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("slow")
class LogTests {

    private static final Pattern READY = Pattern.compile("runs on cpu");
    private static final Pattern VERDICT = Pattern.compile("^.*\"message\":\"Verdict\".*$");

    @TempDir
    Path directory;

    @Test
    void asJsonAVerdictIsOneLineThatNamesRequestTraceModelAndImage() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(
                directory, "--logging.structured.format.console=ecs", "--draem.log-verdicts=true")) {
            int port = service.awaitPort();
            service.awaitLine(READY);
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/detect"))
                    .header("Content-Type", "image/jpeg")
                    .header("X-Request-Id", "part-4711")
                    .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                    .POST(BodyPublishers.ofFile(TestModels.broken()))
                    .build();
            // Until the model is in service the answer is 503.
            JsonNode answer;
            do {
                answer = JsonMapper.shared()
                        .readTree(client.send(request, BodyHandlers.ofString()).body());
            } while (!answer.has("score"));
            JsonNode line =
                    JsonMapper.shared().readTree(service.awaitLine(VERDICT).group());
            assertThat(line.get("traceId").asString()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
            assertThat(line.get("requestId").asString()).isEqualTo("part-4711");
            assertThat(line.get("model").asString()).isEqualTo(TestModels.name());
            assertThat(line.get("modelDigest").asString())
                    .isEqualTo(answer.at("/model/digest").asString());
            assertThat(line.get("imageDigest").asString())
                    .isEqualTo(answer.at("/image/digest").asString());
            assertThat(line.get("anomalous").asBoolean())
                    .isEqualTo(answer.get("anomalous").asBoolean());
            assertThat(line.get("regions").asInt())
                    .isEqualTo(answer.get("regions").size());
        }
    }
}
