package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** What is answered while the web server listens already and the models are not yet loaded. */
@Tag("slow")
@Import(NotReadyHttpTests.Early.class)
class NotReadyHttpTests extends HttpTest {

    @TestConfiguration(proxyBeanMethods = false)
    static class Early {

        @Bean
        Answers answers() {
            return new Answers(new LinkedHashMap<>());
        }

        /** Runs before the models are loaded. */
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        ApplicationRunner client(Answers answers, Environment environment) {
            return arguments -> {
                Http early = new Http(environment.getRequiredProperty("local.server.port", Integer.class));
                byte[] photograph = Files.readAllBytes(TestModels.good());
                answers.byEndpoint().put("detect", early.post("/v1/detect", "image/jpeg", photograph));
                answers.byEndpoint().put("model", early.get("/v1/models/" + TestModels.name()));
                answers.byEndpoint().put("readiness", early.get("/actuator/health/readiness"));
            };
        }
    }

    record Answers(Map<String, HttpResponse<byte[]>> byEndpoint) {}

    @Autowired
    private Answers answers;

    @Test
    void bothEndpointsSayThatItIsNotReadyAndWhenToTryAgain() {
        for (String endpoint : new String[] {"detect", "model"}) {
            HttpResponse<byte[]> answer = answers.byEndpoint().get(endpoint);
            assertThat(answer.statusCode()).as(endpoint).isEqualTo(503);
            assertThat(Http.json(answer).get("type").asString()).isEqualTo("urn:draem:problem:not-ready");
            assertThat(answer.headers().firstValue("Retry-After")).as(endpoint).hasValue("2");
        }
    }

    @Test
    void readinessWaitsForTheModels() throws Exception {
        assertThat(answers.byEndpoint().get("readiness").statusCode()).isEqualTo(503);
        assertThat(http.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
    }
}
