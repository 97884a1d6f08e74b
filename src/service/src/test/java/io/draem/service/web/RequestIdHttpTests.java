package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdHttpTests extends HttpTest {

    private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    @Test
    void theCallersIdIsInTheAnswer() throws Exception {
        HttpResponse<byte[]> response = http.post(
                "/v1/detect",
                "image/jpeg",
                Files.readAllBytes(TestModels.good()),
                "X-Request-Id",
                "line-3/part:0142@2026");
        assertThat(response.headers().firstValue("X-Request-Id")).hasValue("line-3/part:0142@2026");
        assertThat(Http.json(response).get("id").asString()).isEqualTo("line-3/part:0142@2026");
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "-starts-with-a-hyphen", "a\"quote", "semi;colon", "<script>", ""})
    void anIdThatIsNotSaneIsReplaced(String id) throws Exception {
        assertThat(http.get("/v1/models", "X-Request-Id", id).headers().firstValue("X-Request-Id"))
                .hasValueSatisfying(made -> assertThat(made).matches(UUID));
    }

    @Test
    void anIdOf128CharactersIsTakenAndALongerOneReplaced() throws Exception {
        String longest = "a".repeat(128);
        assertThat(http.get("/v1/models", "X-Request-Id", longest).headers().firstValue("X-Request-Id"))
                .hasValue(longest);
        assertThat(http.get("/v1/models", "X-Request-Id", longest + "a")
                        .headers()
                        .firstValue("X-Request-Id"))
                .hasValueSatisfying(made -> assertThat(made).matches(UUID));
    }

    @Test
    void operationsDoorsHaveOneToo() throws Exception {
        assertThat(http.get("/actuator/health", "X-Request-Id", "probe-1")
                        .headers()
                        .firstValue("X-Request-Id"))
                .hasValue("probe-1");
    }

    @Test
    void anAnswerSaysInItsHeadersWhereTheTimeWent() throws Exception {
        HttpResponse<byte[]> response =
                http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()), "Accept", "image/png");
        String number = ";dur=\\d+\\.\\d{3}";
        assertThat(response.headers().firstValue("Server-Timing"))
                .hasValueSatisfying(header -> assertThat(header)
                        .matches("decode" + number + ", preprocess" + number + ", queue" + number + ", inference"
                                + number + ", postprocess" + number + ", other" + number + ", total" + number));
    }
}
