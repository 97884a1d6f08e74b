package io.draem.service.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.api.HttpTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

@TestPropertySource(properties = "springdoc.api-docs.enabled=false")
@Tag("slow")
class NoDocumentHttpTests extends HttpTest {

    @Test
    void servesNeitherTheDocumentNorSwaggerUiWithoutTheDocument() throws Exception {
        assertThat(http.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        for (String path : new String[] {"/v3/api-docs", "/v3/api-docs.yaml", "/swagger-ui.html"}) {
            assertThat(http.get(path).statusCode()).as(path).isEqualTo(404);
        }
    }
}
